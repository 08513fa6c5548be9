import * as v from 'valibot';
import { DbcredsError } from '../errors.ts';
import { longestName, nearest } from './nearest.ts';

type Issue = v.BaseIssue<unknown>;

/**
 * Checks what a file holds. The error names the file, the path in it, what was found, what would be right, and for an
 * unknown key the nearest known one.
 *
 * @param at where in the file the value stands, such as `profiles.prod`
 */
export function validate<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  file: string,
  at: readonly string[],
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = [...at, ...(issue.path ?? []).map((item) => String(item.key))];
  throw badProfile(file, path, found(issue), wanted(issue, schema));
}

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

/** Neither a key named like a password nor its value is quoted, nor what is long or could be a URL with one. */
function found(issue: Issue): string {
  const { type, expected, received, input } = issue;
  if (type === 'strict_object' && expected === 'never')
    return looksSecret(keyOf(issue)) ? 'holds a secret, which belongs in the keychain' : 'is not a known key';
  if (type === 'strict_object' && received === 'undefined') return 'is missing';
  if (typeof input !== 'string') return `is ${received}`;
  const quiet = looksSecret(keyOf(issue)) || /[@:]/.test(input) || input.length > longestName;
  // As JSON: a line end in it would make lines of our own of the rest.
  return `is ${quiet ? 'not right' : JSON.stringify(input)}`;
}

function wanted(issue: Issue, schema: v.GenericSchema): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const key = keyOf(issue);
    if (looksSecret(key)) return 'no secret in this file: remove it, then store it with `dbcreds add`';
    const known = knownKeys(
      schema,
      (issue.path ?? []).slice(0, -1).map((item) => String(item.key)),
    );
    const near = nearest(key, known);
    return near ? `did you mean "${near}"?` : `one of ${known.join(', ')}`;
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined')
    // The one key that has to be there.
    return 'a name for this project: "project": "shop"';
  return issue.message.startsWith('Invalid') ? plain(issue.expected ?? 'another value') : issue.message;
}

/** valibot's words in a reader's. */
function plain(expected: string): string {
  const words: Record<string, string> = {
    Array: 'a list',
    Object: 'an object',
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
  };
  return words[expected] ?? expected.replace(/^\(|\)$/g, '').replaceAll(' | ', ' or ');
}

const keyOf = (issue: Issue): string => String(issue.path?.at(-1)?.key ?? '');

/** Whether a key is named like one that holds a password. `{password}` templates stand in values, not keys. */
export function looksSecret(key: string): boolean {
  return /pass(word|wd|phrase)?$|pwd$|secret$|^pw$|token$/i.test(key) && !/^DB_/.test(key);
}

function knownKeys(schema: v.GenericSchema, path: readonly string[]): string[] {
  let node: unknown = schema;
  for (const key of path)
    node = unwrap((unwrap(node) as { entries?: Record<string, unknown> }).entries?.[key]);
  return Object.keys((unwrap(node) as { entries?: Record<string, unknown> }).entries ?? {});
}

const unwrap = (node: unknown): unknown => (node as { wrapped?: unknown } | undefined)?.wrapped ?? node ?? {};
