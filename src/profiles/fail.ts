import { DbcredsError } from '../errors.ts';
import { longestName } from './text.ts';

/** The error for anything in a profile file that cannot stand. */
export function badProfile(file: string, path: readonly string[], what: string, right: string): DbcredsError {
  return new DbcredsError('BAD_PROFILE', {
    message: `${file}: ${path.length === 0 ? 'the file' : showPath(path)} ${what}`,
    facts: [
      ['file', file],
      ['at', path.length === 0 ? '(the whole file)' : showPath(path)],
      ['right', right],
    ],
  });
}

/** Makes the error for one key of an entry. */
export type Fail = (path: readonly string[], what: string, right: string) => DbcredsError;

/** The {@link Fail} of an entry. */
export function failure(file: string, key: string): Fail {
  return (path, what, right) => badProfile(file, ['profiles', key, ...path], what, right);
}

/** `profiles.prod.tls.mode`; a key with a dot or a slash stands in quotes, and of a long one its beginning. */
function showPath(path: readonly string[]): string {
  const short = (key: string): string => (key.length > longestName ? `${key.slice(0, longestName)}...` : key);
  return path.map((key) => (/^[\w$-]+$/.test(key) ? short(key) : JSON.stringify(short(key)))).join('.');
}

/** Whether a key is named like one that holds a password. `{password}` templates stand in values, not keys. */
export function looksSecret(key: string): boolean {
  return /pass(word|wd|phrase)?$|pwd$|secret$|^pw$|token$/i.test(key) && !/^DB_/.test(key);
}
