import * as v from 'valibot';
import type { Entry, ProjectFile, UserFile } from './entry.ts';
import { badProfile, looksSecret } from './fail.ts';
import { nearest } from './nearest.ts';
import { profileSchema, projectSchema, userSchema } from './schema.ts';
import { longestName } from './text.ts';

/** What a file holds, by what it is: one entry of `profiles`, or a whole file but for its entries. */
export interface Checked {
  readonly profile: Entry;
  readonly project: ProjectFile;
  readonly user: UserFile;
}

type Issue = v.BaseIssue<unknown>;

const schemas: { readonly [K in keyof Checked]: v.GenericSchema<unknown, Checked[K]> } = {
  profile: profileSchema,
  project: projectSchema,
  user: userSchema,
};

/** The thorough half of `validate`: by the schema. @throws DbcredsError `BAD_PROFILE` */
export function diagnose<K extends keyof Checked>(
  kind: K,
  value: unknown,
  file: string,
  at: readonly string[],
): Checked[K] {
  const schema: v.GenericSchema<unknown, Checked[K]> = schemas[kind];
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = [...at, ...(issue.path ?? []).map((item) => String(item.key))];
  throw badProfile(file, path, found(issue), wanted(issue, schema));
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

function knownKeys(schema: v.GenericSchema, path: readonly string[]): string[] {
  let node: unknown = schema;
  for (const key of path)
    node = unwrap((unwrap(node) as { entries?: Record<string, unknown> }).entries?.[key]);
  return Object.keys((unwrap(node) as { entries?: Record<string, unknown> }).entries ?? {});
}

const unwrap = (node: unknown): unknown => (node as { wrapped?: unknown } | undefined)?.wrapped ?? node ?? {};
