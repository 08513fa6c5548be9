import { dirname, join } from 'node:path';
import type { Environment } from '../context.ts';
import { sha256 } from '../digest.ts';
import type { Profile, UrlStyle } from '../profiles/profile.ts';
import { isClientVariable, isReserved } from '../profiles/reserved.ts';
import type { Engine } from '../profiles/target.ts';
import { Secret } from '../secret.ts';
import type { Connection } from './connection.ts';
import { mysqlVariables, optionFile } from './mysql.ts';
import { postgresqlVariables } from './postgresql.ts';
import { fill } from './template.ts';
import { urlOf } from './url.ts';

export { type Connection, type ConnectionTls, connectionOf, verifies } from './connection.ts';
export { urlOf } from './url.ts';

/** What the child gets of one profile. Decided here, carried out by whoever launches. */
export interface Injection {
  readonly set: Readonly<Record<string, string | Secret>>;
  /** Files without secrets that a variable points to. */
  readonly files: readonly ClientFile[];
}

export interface ClientFile {
  readonly path: string;
  readonly content: string | Buffer;
}

export interface InjectOptions {
  readonly urlStyle: UrlStyle;
  /** Goes before every name: `DW_` makes `DW_DATABASE_URL`. */
  readonly prefix: string;
  /** Folder for client files. */
  readonly cache: string;
  /** The text for `NODE_EXTRA_CA_CERTS`, where the profile asks for it. */
  readonly extraCa?: Buffer;
}

/** The variables of a profile, and the files that they name. */
export function inject(profile: Profile, connection: Connection, options: InjectOptions): Injection {
  const files: ClientFile[] = [];
  const url = urlOf(connection, options.urlStyle);
  const own: Record<string, string | Secret> = url === undefined ? {} : { DATABASE_URL: new Secret(url) };
  if (connection.engine === 'postgresql')
    Object.assign(own, postgresqlVariables(connection, options.urlStyle));
  else {
    const file = clientFile(options.cache, 'my.cnf', optionFile(connection));
    files.push(file);
    Object.assign(own, mysqlVariables(connection), { MYSQL_HOME: dirname(file.path) });
  }
  for (const [name, template] of Object.entries(profile.inject))
    own[name] = fill(template, connection, options.urlStyle);
  const set = Object.fromEntries(Object.entries(own).map(([name, value]) => [options.prefix + name, value]));
  if (options.extraCa) {
    const file = clientFile(options.cache, 'extra-ca.pem', options.extraCa);
    files.push(file);
    set.NODE_EXTRA_CA_CERTS = file.path;
  }
  return { set, files };
}

/** A file named by its content, so that it can stay, be shared by runs, and never hold anything else. */
export function clientFile(cache: string, name: string, content: string | Buffer): ClientFile {
  return { path: join(cache, sha256(content).slice(0, 32), name), content };
}

/** The inherited environment without what a client of these engines would read, or what holds, unlocks or answers for us. */
export function cleared(env: Environment, engines: readonly Engine[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || isOurs(name)) continue;
    if (!engines.some((engine) => isClientVariable(name, engine))) kept[name] = value;
  }
  return kept;
}

/** `DBCREDS_ENV` names a profile and `DBCREDS_ACTIVE` what is active: neither holds a secret. */
function isOurs(name: string): boolean {
  return name.startsWith('DBCREDS_') && name !== 'DBCREDS_ENV' && name !== 'DBCREDS_ACTIVE';
}

/** The variables that a shell and a locale need, for `--pristine`. */
export function pristine(env: Readonly<Record<string, string>>): Record<string, string> {
  const keep =
    /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|PWD|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|TEMP|TMP|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMFILES|DBCREDS_ENV|DBCREDS_ACTIVE)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => keep.test(name)));
}

/** Whether an `--env-file` may set the variable. */
export function mayEnvFileSet(name: string): boolean {
  return !isReserved(name);
}
