import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import type { Context } from '../context.ts';
import { atomicWrite } from '../files.ts';
import { withLock } from '../lock.ts';
import type { Entry } from '../profiles/entry.ts';
import { splice } from './splice.ts';

interface ProfileJson {
  profiles?: { [name: string]: unknown };
  [key: string]: unknown;
}

/**
 * Sets or takes away one entry of a profile file, and keeps the rest as it stands: every other line, indentation, line ends, a
 * byte order mark, rights. A missing file is made. What others of us write meanwhile is kept too.
 */
export function editEntry(
  context: Context,
  path: string,
  key: string,
  entry: Entry | undefined,
): Promise<void> {
  return rewrite(context, path, (text) => edited(text, key, entry));
}

/** Changes single keys of an entry that is there, and leaves the others as they are written. */
export function editFields(context: Context, path: string, key: string, after: Entry): Promise<void> {
  return rewrite(context, path, (text) => changed(text, key, after));
}

function rewrite({ folders }: Context, path: string, change: (text: string) => string): Promise<void> {
  const there = existsSync(path);
  // A link and what it leads to are one file.
  const lock = { timeoutMs: 10_000, folder: folders.state, what: path };
  return withLock(`profiles ${there ? realpathSync(path) : path}`, lock, async () => {
    const now = existsSync(path);
    const text = now ? readFileSync(path, 'utf8') : '{}\n';
    atomicWrite(path, change(text), now ? statSync(path).mode & 0o777 : 0o600);
  });
}

/** The text of a profile file with one entry changed. */
export function edited(text: string, key: string, entry: Entry | undefined): string {
  return rewritten(text, key, entry, (lines, indent) => splice(lines, ['profiles'], key, entry, indent));
}

/** The same, key by key. */
export function changed(text: string, key: string, entry: Entry): string {
  return rewritten(text, key, entry, (lines, indent) => {
    const before = (JSON.parse(lines) as ProfileJson).profiles?.[key];
    return differences(before, entry).reduce<string | undefined>((now, [at, value]) => {
      const name = at.at(-1) ?? '';
      return now && splice(now, ['profiles', key, ...at.slice(0, -1)], name, value, indent);
    }, lines);
  });
}

type Difference = readonly [at: readonly string[], value: unknown];

/** One level deep, as entries are. */
function differences(before: unknown, after: unknown, at: readonly string[] = []): Difference[] {
  const [old, fresh] = [before, after].map((one) => (one ?? {}) as { [key: string]: unknown });
  const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(fresh ?? {})]);
  return [...keys].flatMap((key): Difference[] => {
    const [was, is] = [old?.[key], fresh?.[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    const deep = at.length === 0 && isObject(was) && isObject(is);
    return deep ? differences(was, is, [key]) : [[[...at, key], is]];
  });
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

function rewritten(
  text: string,
  key: string,
  entry: Entry | undefined,
  spliceInto: (lines: string, indent: string) => string | undefined,
): string {
  const [, mark = '', body = ''] = /^(\uFEFF?)(.*)$/s.exec(text) ?? [];
  const lines = body.replaceAll('\r\n', '\n');
  const json = JSON.parse(lines) as ProfileJson;
  const { [key]: _, ...others } = json.profiles ?? {};
  const wanted = { ...json, profiles: entry === undefined ? others : { ...json.profiles, [key]: entry } };
  const indent = /\n([ \t]+)"/.exec(lines)?.[1] ?? '  ';
  const spliced = spliceInto(lines, indent);
  // A key that is there twice, or objects on one line: then the whole file is written anew.
  const whole = `${JSON.stringify(wanted, null, indent)}\n`;
  const result = spliced !== undefined && isSame(spliced, wanted) ? spliced : whole;
  return mark + (body.includes('\r\n') ? result.replaceAll('\n', '\r\n') : result);
}

function isSame(text: string, wanted: unknown): boolean {
  return JSON.stringify(JSON.parse(text)) === JSON.stringify(wanted);
}
