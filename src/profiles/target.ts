import { DbcredsError } from '../errors.ts';
import { Secret } from '../secret.ts';

export type Engine = 'postgresql' | 'mysql' | 'mariadb';

/** What a secret opens, normalised: two spellings of the same database are equal as text. */
export interface Target {
  readonly engine: Engine;
  readonly user: string;
  /** Lower case, no trailing dot, IPv6 without brackets; an absolute path is a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** A connection URL taken apart, percent-decoded. What it does not name is absent. */
export interface ParsedUrl {
  readonly engine: Engine;
  readonly user?: string;
  readonly password?: Secret;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly params: Readonly<Record<string, string>>;
}

const engines: Readonly<Record<string, Engine>> = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  psql: 'postgresql',
  pg: 'postgresql',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mariadb',
};

const ports: Readonly<Record<Engine, number>> = { postgresql: 5432, mysql: 3306, mariadb: 3306 };

/** The engine of a scheme or of a word after `--type`: `postgres`, `postgresql+psycopg` and `mysql2` count. */
export function engineOf(word: string): Engine | undefined {
  const base = word.toLowerCase().replace(/\+.*$/, '');
  return Object.hasOwn(engines, base) ? engines[base] : undefined;
}

/** The engine's registered port. */
export function defaultPort(engine: Engine): number {
  return ports[engine];
}

// Authority up to the first of `/?#`; the last `@` in it ends the user part, as in WHATWG URLs, so that a pasted password
// with a bare `@` still parses.
const shape = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/is;

/**
 * Takes a connection URL apart.
 *
 * @throws DbcredsError `USAGE`, which never quotes the URL: it may hold a password
 */
export function parseUrl(text: string): ParsedUrl {
  const match = shape.exec(text.trim());
  if (!match)
    throw bad(
      `it does not read engine://user@host:port/database${/^\s*jdbc:/i.test(text) ? ", but as JDBC's" : ''}`,
    );
  const [, scheme = '', authority = '', path, query, fragment] = match;
  const engine = engineOf(scheme);
  if (!engine) throw bad(`its scheme is none of ${Object.keys(engines).join(', ')}`);
  if (fragment !== undefined)
    throw bad('it has a # in it: write %23 where that belongs to a name or password');
  const at = authority.lastIndexOf('@');
  // Else a part of a password with a bare `/` or `?` would count as the database, or as the name of a parameter.
  if (at < 0 && `${path}${query}`.includes('@'))
    throw bad('it has an @ behind a / or ?: write %2F, %3F and %40 where these belong to a name or password');
  return withSocket({
    engine,
    ...userOf(at < 0 ? '' : authority.slice(0, at)),
    ...addressOf(authority.slice(at + 1)),
    ...(path ? { database: decode(path) } : {}),
    params: paramsOf(query ?? ''),
  });
}

/** libpq's form for a socket: `postgresql://user@/db?host=/var/run/postgresql`. */
function withSocket(url: ParsedUrl): ParsedUrl {
  const { host, ...params } = url.params;
  return url.host === undefined && host?.startsWith('/') ? { ...url, host: normalHost(host), params } : url;
}

function userOf(text: string): { user?: string; password?: Secret } {
  if (text === '') return {};
  const colon = text.indexOf(':');
  if (colon < 0) return { user: decode(text) };
  const user = decode(text.slice(0, colon));
  const password = decode(text.slice(colon + 1));
  return { ...(user ? { user } : {}), ...(password ? { password: new Secret(password) } : {}) };
}

function addressOf(text: string): { host?: string; port?: number } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text);
  if (!match && text.includes(',')) throw bad('it names several hosts: a profile has one');
  if (!match)
    throw bad('its host and port cannot be told apart: percent-encode special characters of the password');
  const [, host = '', port] = match;
  return {
    ...(host ? { host: normalHost(decode(host.replace(/^\[|\]$/g, ''))) } : {}),
    ...(port ? { port: portOf(port) } : {}),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw bad('its port is not between 1 and 65535');
  return port;
}

function paramsOf(query: string): Record<string, string> {
  const params: Record<string, string> = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    params[name] = equals < 0 ? '' : decode(part.slice(equals + 1));
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The error of decodeURIComponent does not quote, but its cause chain is of no use either.
    throw bad('it has a % that is no percent-encoding: write %25 for a literal one');
  }
}

function bad(why: string): DbcredsError {
  return new DbcredsError('USAGE', {
    message: `the connection URL cannot be read: ${why}`,
    note: 'The URL is not shown, since it may hold a password.',
  });
}

// Not node:net's: loading that module costs 8 ms at start.
function isIPv6(text: string): boolean {
  return text.includes(':') && URL.canParse(`http://[${text}]`);
}

/** Lower case, no trailing dot, ASCII form of international names, IPv6 in its canonical text. Paths stay. */
export function normalHost(host: string): string {
  if (host.startsWith('/')) return host.replace(/(?<=.)\/+$/, '');
  const plain = host.replace(/^\[|\]$/g, '');
  if (isIPv6(plain)) return new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const lower = plain.toLowerCase().replace(/\.$/, '');
  if (/^[\0-\x7f]*$/.test(lower)) return lower;
  return process.getBuiltinModule('node:url').domainToASCII(lower) || lower;
}

/** Whether the text may stand as a host: a name, an address, or an absolute path. Lists and brackets may not. */
export function isHost(host: string): boolean {
  // libpq takes what stands behind a comma for a further host, in a path too.
  return /^\/[^,]*$/.test(host) || isIPv6(host) || /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/i.test(host);
}

/** `engine://user@host:port/database`: what records and seals hold, and what two targets are compared by. */
export function formatTarget(target: Target): string {
  const { engine, user, port, database } = target;
  return `${engine}://${encodeURIComponent(user)}@${urlHost(target.host)}:${port}/${encodeURIComponent(database)}`;
}

/** The host as it stands in a URL: brackets round IPv6, a socket path percent-encoded. */
export function urlHost(host: string): string {
  if (host.startsWith('/')) return encodeURIComponent(host);
  return isIPv6(host) ? `[${host}]` : host;
}

/**
 * Reads what {@link formatTarget} wrote, or a person did; default port and engine alias filled in.
 *
 * @throws DbcredsError `USAGE` where a part is missing or it holds a password
 */
export function parseTarget(text: string): Target {
  const url = parseUrl(text);
  if (url.password) throw bad('a target holds no password');
  return targetOf(url);
}

/** The target of a connection URL. @throws DbcredsError `USAGE` where user, host or database is missing */
export function targetOf(url: ParsedUrl): Target {
  const { engine, user, host, port = ports[engine], database } = url;
  if (!user || !host || !database) {
    const missing = [!user && 'user', !host && 'host', !database && 'database'].filter(Boolean);
    throw bad(`it names no ${missing.join(', no ')}`);
  }
  if (!isHost(host)) throw bad('its host is neither a name, an address nor a socket path');
  return { engine, user, host, port, database };
}

/** `user@host:port/database`, for people. */
export function showTarget(target: Target): string {
  const { user, port, database, host } = target;
  return `${user}@${host.startsWith('/') ? host : urlHost(host)}:${port}/${database}`;
}
