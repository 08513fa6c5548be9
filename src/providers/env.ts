import type { Context, Environment } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { formatTarget, parseTarget, parseUrl, targetOf } from '../profiles/target.ts';
import { Secret } from '../secret.ts';
import type { Provider, Ref } from './provider.ts';
import { refuseWrites } from './readonly.ts';
import { badVariable, nameInUse, readVariable, type Source, type Variable } from './variable.ts';

/** Credentials from `DBCREDS_<NAME>_*`. On the path of `run`: loads nothing. */
export function openEnv(profile: Profile, context: Context): Provider {
  const source: Source = { env: context.env, folder: context.cwd };
  const set = setVariables(context.env, profile.variable);
  const place = set.length === 0 ? `DBCREDS_${profile.variable}_*` : set.join(', ');
  return {
    name: 'env',
    place,
    durable: false,
    ...refuseWrites(
      `the environment (${place})`,
      'Change it where it is set: in the shell, the container or the CI job.',
    ),
    get: async (ref) => recordFromVariables(source, ref),
  };
}

const parts = ['URL', 'PASSWORD', 'TARGET', 'SET_AT'] as const;

/** Those of `DBCREDS_<NAME>_*` that hold a credential and are set, even to nothing. */
export function setVariables(env: Environment, variable: string): string[] {
  return parts
    .map((part) => nameInUse(env, `DBCREDS_${variable}_${part}`))
    .filter((name) => name !== undefined);
}

/**
 * Makes a record of `_URL`, or of `_PASSWORD` with `_TARGET`, each with `_SET_AT` where known. `undefined`: none is set.
 *
 * @throws DbcredsError `NO_CREDENTIAL`, `BAD_VARIABLE`, or `NOT_FOR_PRODUCTION` for a bare password
 */
export function recordFromVariables(source: Source, ref: Ref): Record | undefined {
  const prefix = `DBCREDS_${ref.variable}`;
  const [url, password, target, setAt] = parts.map((part) => readVariable(source, `${prefix}_${part}`));
  const other = password ?? target;
  if (url && other)
    throw badVariable(url.name, `and ${other.name} are both set`, [
      ['keep one of them:', `unset ${other.name}`],
    ]);
  const found = url ? fromUrl(url) : password && fromPassword(password, target, ref);
  if (!found) {
    const alone = target ?? setAt;
    if (alone) throw noPassword(`${alone.name} is set, but neither ${prefix}_URL nor ${prefix}_PASSWORD is`);
    return undefined;
  }
  return {
    targets: [found.target],
    production: ref.production,
    current: { password: found.password, ...(setAt && { setAt: readTime(setAt) }) },
    revision: 0,
  };
}

interface Found {
  readonly target: string;
  readonly password: Secret;
}

/** What a connection URL opens, and with which password. @throws DbcredsError `BAD_VARIABLE`, `NO_CREDENTIAL` */
export function fromUrl(url: Variable): Found {
  const { target, password } = withName(url.name, () => {
    const parsed = parseUrl(url.value);
    return { target: formatTarget(targetOf(parsed)), password: parsed.password };
  });
  if (!password) throw noPassword(`${url.name} holds a URL without a password`);
  return { target, password };
}

/** A password alone says nothing about where it belongs: good enough for a database that is not in production. */
function fromPassword(password: Variable, target: Variable | undefined, ref: Ref): Found {
  const opens = target && withName(target.name, () => formatTarget(parseTarget(target.value)));
  if (opens === undefined && ref.production) throw bare(password.name, ref);
  return { target: opens ?? ref.target, password: new Secret(password.value) };
}

/** The errors of parsing do not know which variable it was, and quote nothing of it. */
function withName<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DbcredsError) throw badVariable(name, `is not right: ${error.message}`);
    throw error;
  }
}

const noPassword = (message: string): DbcredsError => new DbcredsError('NO_CREDENTIAL', { message });

function bare(name: string, ref: Ref): DbcredsError {
  return new DbcredsError('NOT_FOR_PRODUCTION', {
    kind: 'refused',
    message: `${name} does not say where its password belongs, and ${ref.id} is production`,
    hints: [
      ['name its target as well:', `export DBCREDS_${ref.variable}_TARGET='${ref.target}'`],
      ['or give the whole URL:', `export DBCREDS_${ref.variable}_URL_FILE=/path/to/url`],
    ],
  });
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A date (midnight UTC), a time with its zone, or seconds or milliseconds since 1970. */
function readTime({ name, value }: Variable): number {
  const text = value.trim();
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000;
  if (/^\d{12,13}$/.test(text)) return Number(text);
  if (isoTime.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)))
    return Date.parse(text);
  throw badVariable(
    name,
    'is not a time such as 2026-08-14, 2026-08-14T10:00:00Z or 1786701600 (seconds since 1970)',
  );
}

/** V8 takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
