import type { Context } from '../../context.ts';
import { DbcredsError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { Hooks } from '../hooks.ts';
import { Keychain } from '../keychain.ts';

/** What the Python tool stored for one environment. */
export interface PythonEntry {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret;
  /** As parameters of a libpq URL. */
  readonly params: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly dates: { readonly setAt?: number; readonly expiresAt?: number };
}

/**
 * An entry that Python's keyring library made for the Python tool: service `dbcreds`, account `dbcreds:NAME`, all of the login
 * as one JSON object. `undefined`: there is none. Names of ours hold no colon, so that neither tool meets the other's.
 *
 * On Windows that library names its entries otherwise, and they are not found.
 *
 * @throws DbcredsError where the keychain cannot be asked, or `RECORD_INVALID`
 */
export async function readPython(
  context: Context,
  hooks: Hooks,
  name: string,
): Promise<PythonEntry | undefined> {
  const text = await ask(context, hooks, `dbcreds:${name}`);
  if (text === null) return undefined;
  const entry = entryOf(parse(text));
  if (entry) return entry;
  throw new DbcredsError('RECORD_INVALID', {
    message: `what the Python tool stored as dbcreds:${name} cannot be understood`,
  });
}

/** The hints of the keychain's errors speak of a profile, which there is not. */
async function ask(context: Context, hooks: Hooks, account: string): Promise<string | null> {
  try {
    return await new Keychain(context, hooks).foreign(account);
  } catch (error) {
    if (!(error instanceof DbcredsError) || 'stuck' in error) throw error;
    const { code, message, kind, note, cause } = error;
    throw new DbcredsError(code, { message, kind, cause, ...(note === undefined ? {} : { note }) });
  }
}

interface Json {
  readonly [key: string]: unknown;
}

function parse(text: string): Json {
  try {
    return (JSON.parse(text) ?? {}) as Json;
  } catch {
    return {};
  }
}

function entryOf(data: Json): PythonEntry | undefined {
  const { username, password, host, port, database } = data;
  const words = [username, password, host, database];
  const [user = '', secret = '', name = '', base = ''] = words.map((part) =>
    typeof part === 'string' ? part : '',
  );
  if (![user, secret, name, base].every(Boolean) || !isPort(port)) return undefined;
  return {
    host: name,
    port,
    database: base,
    user,
    password: new Secret(secret),
    params: paramsOf(data),
    dates: datesOf(data),
  };
}

const isPort = (port: unknown): port is number =>
  typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;

function paramsOf({ ssl_mode: mode, options }: Json): Record<string, string> {
  const all = Object.entries((options ?? {}) as object);
  const plain = all.filter(([, value]) => /^(string|number|boolean)$/.test(typeof value));
  const params = Object.fromEntries(plain.map(([key, value]) => [key, String(value)]));
  return typeof mode === 'string' ? { ...params, sslmode: mode } : params;
}

function datesOf(data: Json): PythonEntry['dates'] {
  const setAt = time(data.password_updated_at);
  const expiresAt = time(data.password_expires_at);
  return { ...(setAt === undefined ? {} : { setAt }), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/** Python writes a time without a zone where it had none, and means UTC. */
function time(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const ms = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : ms;
}
