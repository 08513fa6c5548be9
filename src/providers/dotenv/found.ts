import { DbcredsError } from '../../errors.ts';
import {
  defaultPort,
  type Engine,
  engineOf,
  isHost,
  normalHost,
  type ParsedUrl,
  parseUrl,
  type Target,
  targetOf,
} from '../../profiles/target.ts';
import { Secret } from '../../secret.ts';
import { type Group, groups } from './groups.ts';

/** A database password in a `.env` file. */
export interface Found {
  readonly target: Target;
  readonly password: Secret;
  readonly params: ParsedUrl['params'];
  /** The variables that it was taken from: name, and what a profile would put there. */
  readonly variables: Readonly<Record<string, string>>;
  /** What tells it from others of the file: `analytics`, `pg`; empty for the usual one. */
  readonly mark: string;
}

/** A password that cannot be imported: the variable, and why. */
export interface Unclear {
  readonly variable: string;
  readonly why: string;
}

export interface Findings {
  readonly found: readonly Found[];
  readonly unclear: readonly Unclear[];
}

type Values = Readonly<Record<string, string>>;

/** Finds database URLs with a password, and groups such as `PG*`. */
export function findPasswords(values: Values): Findings {
  const all = [
    ...Object.keys(values).map((name) => fromUrl(name, values[name] ?? '')),
    ...groups.map((group) => fromGroup(group, values)),
  ].filter((one) => one !== undefined);
  const found = all.filter((one): one is Found => 'target' in one);
  return { found: merged(found), unclear: all.filter((one): one is Unclear => 'why' in one) };
}

/** What dotenv-expand, a shell or Docker Compose would replace, and we do not. */
const reference = /\$\{\w+[^}]*\}|\$[A-Z_]{3,}/;

function fromUrl(name: string, value: string): Found | Unclear | undefined {
  const [, scheme = ''] = /^\s*([a-z][a-z0-9]*)(?:\+\w+)?:\/\//i.exec(value) ?? [];
  if (engineOf(scheme) === undefined) return undefined;
  if (reference.test(value)) return { variable: name, why: 'refers to other variables' };
  try {
    const url = parseUrl(value);
    if (!url.password) return 'password' in url.params ? behindQuestion(name) : undefined;
    const { params, password } = url;
    return { target: targetOf(url), password, params, variables: { [name]: '{url}' }, mark: markOf(name) };
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    return { variable: name, why: error.message };
  }
}

const behindQuestion = (variable: string): Unclear => ({
  variable,
  why: 'its password stands behind the ?, and not in front of the host',
});

/** `ANALYTICS_DATABASE_URL` -> `analytics`, `DBCREDS_STAGING_URL` -> `staging`, `DATABASE_URL` -> nothing. */
function markOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^dbcreds_/, '')
    .replaceAll(
      /(^|_)(database|db|postgres|postgresql|mysql|mariadb|pg|url|uri|dsn|connection|string)(?=_|$)/g,
      '',
    )
    .replaceAll(/^_+|_+$/g, '')
    .replaceAll(/_+/g, '-');
}

type Named = { readonly [part: string]: string };

function fromGroup(group: Group, values: Values): Found | Unclear | undefined {
  const at = (names: readonly string[]): string | undefined =>
    names.find((name) => (values[name] ?? '') !== '');
  const variable = at(group.password);
  const word = values[at(group.engineFrom ?? []) ?? ''];
  // An engine that is not ours: sqlite, sqlsrv.
  if (variable === undefined || (word !== undefined && engineOf(engineWord(word)) === undefined))
    return undefined;
  const pairs = parts.map((part) => [part, at(group[part])] as const);
  const named = Object.fromEntries(pairs.filter(([, name]) => name !== undefined)) as Named;
  const names = Object.values(named);
  if (names.some((name) => reference.test(values[name] ?? '')))
    return { variable, why: 'refers to other variables, or stands beside one that does' };
  const target = targetIn(group, word, (part) => values[named[part] ?? '']);
  if (typeof target === 'string') return { variable, why: target };
  const variables = Object.fromEntries(Object.entries(named).map(([part, name]) => [name, `{${part}}`]));
  return { target, password: new Secret(values[variable] ?? ''), params: {}, variables, mark: group.name };
}

const parts = ['password', 'user', 'host', 'port', 'database'] as const;

/** Laravel's `pgsql`, Django's `django.db.backends.mysql`. */
const engineWord = (word: string): string =>
  word
    .trim()
    .replace(/^.*\./, '')
    .replace(/^(pgsql|postgresql_psycopg2|postgis)$/, 'postgresql');

const byPort = (port: string | undefined): Engine | undefined =>
  port === '5432' ? 'postgresql' : port === '3306' ? 'mysql' : undefined;

/** @returns why it is no target, where it is none */
function targetIn(
  group: Group,
  word: string | undefined,
  value: (part: string) => string | undefined,
): Target | string {
  const port = value('port');
  const engine = group.engine ?? (word === undefined ? byPort(port) : engineOf(engineWord(word)));
  if (engine === undefined) return `nothing says which engine (${group.engineFrom?.[0]})`;
  const host = normalHost(value('host') ?? 'localhost');
  if (!isHost(host)) return 'its host is neither a name, an address nor a socket path';
  const user = value('user') ?? group.usualUser;
  if (user === undefined) return 'nothing says the user';
  const number = port === undefined ? defaultPort(engine) : Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    return 'its port is not between 1 and 65535';
  const database = value('database') ?? (engine === 'postgresql' ? user : undefined);
  return database === undefined
    ? 'nothing says the database'
    : { engine, host, port: number, user, database };
}

/** One login may stand there in several forms: `DATABASE_URL` and `DIRECT_URL`, or with its parts besides. */
function merged(all: readonly Found[]): Found[] {
  const each: Found[] = [];
  for (const found of all) {
    const index = each.findIndex((other) => isSame(other, found));
    const other = each[index];
    if (other === undefined) each.push(found);
    else each[index] = both(other, found);
  }
  return each;
}

function both(one: Found, other: Found): Found {
  return {
    ...one,
    params: { ...other.params, ...one.params },
    variables: { ...one.variables, ...other.variables },
    mark: one.mark.length <= other.mark.length ? one.mark : other.mark,
  };
}

/** Whether both are the same login with the same password. MySQL's scheme serves MariaDB as well. */
export function isSame(one: Found, other: Found): boolean {
  return textOf(one.target) === textOf(other.target) && one.password.equals(other.password);
}

function textOf({ engine, user, host, port, database }: Target): string {
  return JSON.stringify([engine === 'mariadb' ? 'mysql' : engine, user, host, port, database]);
}
