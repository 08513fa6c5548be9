import { dirname, resolve } from 'node:path';
import { DbcredsError } from '../errors.ts';
import { parseDuration } from './duration.ts';
import type { Entry } from './entry.ts';
import { type Fail, failure, looksSecret } from './fail.ts';
import type { ProfileFile } from './files.ts';
import { checkInject, checkParams } from './injectable.ts';
import { userOnly } from './shape.ts';
import { engineOf, isHost, normalHost, parseUrl } from './target.ts';
import { plainText } from './text.ts';
import { validate } from './validate.ts';

/** An entry of one file: checked, its `url` taken apart, its paths absolute, so that two can be laid over each other. */
export function readEntry(file: ProfileFile, key: string): Entry {
  const entry = validate('profile', file.entries[key], file.path, ['profiles', key]);
  const fail = failure(file.path, key);
  if (file.project !== undefined) assertOwn(entry, fail);
  checkParams(entry.params, file.project === undefined, fail);
  checkInject(entry.inject, fail);
  return { ...entry, ...partsOf(entry, fail), url: undefined, ...pathsOf(entry, dirname(file.path)) };
}

/** A project's file can have the question asked more often, and never less. */
const usualConfirm = 15 * 60_000;

function assertOwn(entry: Entry, fail: Fail): void {
  for (const path of userOnly) {
    let value: unknown = entry;
    for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
    if (value !== undefined)
      throw fail(path, 'counts in your own profiles.json alone', 'no such key in a project file');
  }
  if ((parseDuration(entry.confirmFor ?? '0') ?? 0) > usualConfirm)
    throw fail(['confirmFor'], 'is longer than usual', 'at most "15m"; your own profiles.json may say more');
}

function partsOf(entry: Entry, fail: Fail): Partial<Entry> {
  const fields = ['engine', 'host', 'port', 'database', 'user'] as const;
  if (entry.url === undefined) return normalParts(entry, fail);
  const double = fields.find((field) => entry[field] !== undefined);
  if (double) throw fail([double], 'stands beside "url"', 'either "url" or the separate fields');
  const url = readUrl(entry.url, fail);
  if (url.password)
    throw fail(['url'], 'holds a password', 'no secret in this file: store it with `dbcreds add`');
  const [param] = Object.keys(url.params);
  if (param !== undefined)
    throw fail(
      ['url'],
      `has a query ("${looksSecret(param) ? '...' : param}")`,
      'driver parameters under "params"',
    );
  const { engine, host, port, database, user } = url;
  const odd = Object.entries({ host, database, user }).find(([, part = '']) => !plainText.test(part));
  if (odd) throw fail(['url'], `has a control character in its ${odd[0]}`, 'text without control characters');
  return normalParts({ engine, host, port, database, user }, fail);
}

function readUrl(text: string, fail: Fail): ReturnType<typeof parseUrl> {
  try {
    return parseUrl(text);
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    throw fail(
      ['url'],
      error.message.replace('the connection URL cannot be read: ', 'cannot be read: '),
      'engine://user@host:port/database',
    );
  }
}

function normalParts(entry: Entry, fail: Fail): Partial<Entry> {
  const engine = entry.engine === undefined ? undefined : engineOf(entry.engine);
  const host = entry.host === undefined ? undefined : normalHost(entry.host);
  if (host !== undefined && !isHost(host))
    throw fail(
      ['host'],
      // Anything with these may be a URL with a password.
      /[@:]/.test(host) ? 'is no host' : `is ${JSON.stringify(host)}`,
      'one host name, address or socket path',
    );
  const { port, database, user } = entry;
  return defined({ engine, host, port, database, user });
}

function pathsOf(entry: Entry, folder: string): Partial<Entry> {
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined
      ? undefined
      : resolve(
          folder,
          path.replace(/^~(?=\/)/, () => process.getBuiltinModule('node:os').homedir()),
        );
  const { tls, file } = entry;
  return defined({
    tls: tls && {
      ...tls,
      ...defined({ ca: absolute(tls.ca), cert: absolute(tls.cert), key: absolute(tls.key) }),
    },
    file: file && { path: absolute(file.path) },
  });
}

/** The object without the keys that hold `undefined`. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
