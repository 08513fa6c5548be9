import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { DbcredsError } from '../errors.ts';
import { parseDuration } from '../profiles/duration.ts';
import type { Entry } from '../profiles/entry.ts';
import { nearest } from '../profiles/nearest.ts';
import type { TlsMode } from '../profiles/profile.ts';
import { engineOf, isHost, normalHost, type ParsedUrl, type Target } from '../profiles/target.ts';
import type { Options, Stage } from './command.ts';
import { kebab, text, usage } from './options.ts';

/** The options of `add` that define a profile. */
export const fieldOptions: readonly string[] = (
  'host port database username user type engine production tls tlsCa hostAddress ' +
  'tlsCert tlsKey tlsBecause expires expiresDays urlStyle credential description'
).split(' ');

export type Parts = Partial<Target>;

/** The target's parts, as far as options give them. @throws DbcredsError `USAGE`, which never quotes a value */
export function partsOf(options: Options): Parts {
  const port = text(options, 'port');
  const host = text(options, 'host');
  const parts: { [K in keyof Target]: Target[K] | undefined } = {
    engine: engineFrom(text(options, 'type') ?? text(options, 'engine')),
    host: host === undefined ? undefined : hostFrom(host),
    port: port === undefined ? undefined : portFrom(port),
    database: plain(options, ['database']),
    user: plain(options, ['username', 'user']),
  };
  return withoutUndefined(parts);
}

function engineFrom(word: string | undefined): Target['engine'] | undefined {
  if (word === undefined) return undefined;
  const engine = engineOf(word);
  if (engine) return engine;
  const near = nearest(word.toLowerCase(), ['postgresql', 'mysql', 'mariadb']);
  throw usage(`--type takes postgresql, mysql or mariadb${near ? `; did you mean ${near}?` : ''}`);
}

/** A host as typed. @throws DbcredsError `USAGE` for anything else, a whole URL too */
export function hostFrom(word: string): string {
  const host = normalHost(word.trim());
  if (isHost(host)) return host;
  throw usage('a host is one name, address or absolute path of a socket, without user, port or password', [
    ['a whole URL goes in hidden:', 'dbcreds add NAME'],
    ['or through a pipe:', 'dbcreds add NAME --url-stdin'],
  ]);
}

/** @throws DbcredsError `USAGE` */
export function portFrom(word: string): number {
  const port = /^[1-9]\d{0,4}$/.test(word) ? Number(word) : Number.NaN;
  if (port <= 65_535) return port;
  throw usage('a port is a number from 1 to 65535');
}

/** A name, which holds no URL and, for a user, no password behind a colon. */
function plain(options: Options, names: readonly string[]): string | undefined {
  const name = names.find((one) => text(options, one) !== undefined);
  const value = name && text(options, name);
  if (name === undefined || value === undefined) return undefined;
  if (value.trim() === '') throw usage(`--${kebab(name)} is empty`);
  if (value.includes('://') || (name !== 'database' && value.includes(':')))
    throw usage(`--${kebab(name)} holds a colon, behind which a password may stand`, [
      ['a whole URL goes in hidden:', 'dbcreds add NAME'],
      ['a colon of the name itself is %3A in:', 'dbcreds add NAME --url-stdin'],
    ]);
  return value;
}

/** What TLS options and the URL's own parameters say. Paths become relative to the profile file where they lie below it. */
export function tlsOf(
  { context }: Stage,
  options: Options,
  params: ParsedUrl['params'],
  file: string,
): Entry['tls'] {
  // Providers hand out URLs with `require`, which verifies nothing: the probe finds out whether more holds.
  const inUrl = /^(disable|verify-ca|verify-full)$/.test(params.sslmode ?? '') ? params.sslmode : undefined;
  const authority = text(options, 'tlsCa') ?? params.sslrootcert;
  const pathOf = (path: string | undefined): string | undefined =>
    path === undefined || path === 'system' ? undefined : inFile(resolve(context.cwd, path), file);
  const tls = withoutUndefined({
    mode: modeOf(options) ?? (inUrl as TlsMode | undefined),
    ca: pathOf(authority),
    cert: pathOf(text(options, 'tlsCert') ?? params.sslcert),
    key: pathOf(text(options, 'tlsKey') ?? params.sslkey),
    because: text(options, 'tlsBecause'),
  });
  return Object.keys(tls).length === 0 ? undefined : tls;
}

/** Whether a URL wants TLS, verified or not: PostgreSQL's word, MySQL's, and those of Node's drivers. */
export function asksForTls(params: ParsedUrl['params']): boolean {
  const word = params.sslmode ?? params['ssl-mode'] ?? params.ssl ?? '';
  return /^(require|required|no-verify|true|1|\{.*\})$/i.test(word);
}

const modes: readonly TlsMode[] = ['disable', 'require', 'verify-ca', 'verify-full'];

function modeOf(options: Options): TlsMode | undefined {
  const word = text(options, 'tls');
  const mode = modes.find((one) => one === word);
  if (word === undefined || mode) return mode;
  const near = nearest(word, modes);
  const why = /^(prefer|allow)$/.test(word)
    ? `; ${word} falls back to plaintext, and does not exist here`
    : '';
  throw usage(`--tls takes ${modes.join(', ')}${why || (near ? `; did you mean ${near}?` : '')}`);
}

function inFile(path: string, file: string): string {
  const short = relative(dirname(file), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** @throws DbcredsError `USAGE` */
export function expiresOf(options: Options): string | undefined {
  const [days, span] = [text(options, 'expiresDays'), text(options, 'expires')];
  if (days !== undefined && span !== undefined) throw usage('--expires or --expires-days: which one?');
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days))
    throw usage('--expires-days takes a number of days');
  if (days !== undefined) return `${days}d`;
  if (span === undefined || span === 'none' || (parseDuration(span) ?? 0) > 0) return span;
  throw usage('--expires takes a time such as 90d, 12h or 2w, or none');
}

/**
 * Makes an error about the draft of a profile one about the options: it is in no file yet.
 *
 * @param error what reading the draft threw
 */
export function draftError(error: unknown, name: string): unknown {
  if (!(error instanceof DbcredsError) || error.code !== 'BAD_PROFILE') return error;
  const [at = '', right = ''] = ['at', 'right'].map(
    (key) => error.facts.find(([label]) => label === key)?.[1],
  );
  if (!at.startsWith(`profiles.${name}`)) return error;
  const key = at.slice(`profiles.${name}.`.length);
  // The key as an option; the values that messages quote come from closed lists, but for those in quotes.
  const what = error.message
    .slice(error.message.indexOf(at) + at.length)
    .replace(/ is ".*"$/s, ' cannot be used');
  return usage(
    `${key === '' ? 'the profile' : `--${key.replace('.', '-').split('-').map(kebab).join('-')}`}${what}`,
    [['right is:', right]],
  );
}

/** The object without the keys that hold `undefined`. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}
