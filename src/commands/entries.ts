import { existsSync, readFileSync, statSync } from 'node:fs';
import { atomicWrite } from '../files.ts';
import type { Entry } from '../profiles/entry.ts';
import { splice } from './splice.ts';

interface ProfileJson {
  profiles?: { [name: string]: unknown };
  [key: string]: unknown;
}

/**
 * Sets or takes away one entry of a profile file, and keeps the rest as it stands: every other line, indentation, line ends, a
 * byte order mark, rights. A missing file is made.
 */
export function editEntry(path: string, key: string, entry: Entry | undefined): void {
  const there = existsSync(path);
  const text = there ? readFileSync(path, 'utf8') : '{}\n';
  atomicWrite(path, edited(text, key, entry), there ? statSync(path).mode & 0o777 : 0o600);
}

/** The text of a profile file with one entry changed. */
export function edited(text: string, key: string, entry: Entry | undefined): string {
  const [, mark = '', body = ''] = /^(\uFEFF?)(.*)$/s.exec(text) ?? [];
  const lines = body.replaceAll('\r\n', '\n');
  const json = JSON.parse(lines) as ProfileJson;
  const { [key]: _, ...others } = json.profiles ?? {};
  const wanted = { ...json, profiles: entry === undefined ? others : { ...json.profiles, [key]: entry } };
  const indent = /\n([ \t]+)"/.exec(lines)?.[1] ?? '  ';
  const spliced = splice(lines, ['profiles'], key, entry, indent);
  // A key that is there twice, or objects on one line: then the whole file is written anew.
  const whole = `${JSON.stringify(wanted, null, indent)}\n`;
  const result = spliced !== undefined && isSame(spliced, wanted) ? spliced : whole;
  return mark + (body.includes('\r\n') ? result.replaceAll('\n', '\r\n') : result);
}

function isSame(text: string, wanted: unknown): boolean {
  return JSON.stringify(JSON.parse(text)) === JSON.stringify(wanted);
}
