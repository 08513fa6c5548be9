import { existsSync, readFileSync, statSync } from 'node:fs';
import { atomicWrite } from '../files.ts';
import type { Entry } from '../profiles/entry.ts';

interface ProfileJson {
  profiles?: { [name: string]: unknown };
  [key: string]: unknown;
}

/**
 * Sets or takes away one entry of a profile file, and keeps the rest as it stands: order of keys, indentation, rights. A
 * missing file is made.
 */
export function editEntry(path: string, key: string, entry: Entry | undefined): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}\n';
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : 0o600;
  const json = JSON.parse(text.replace(/^\uFEFF/, '')) as ProfileJson;
  const { [key]: _, ...others } = json.profiles ?? {};
  const profiles = entry === undefined ? others : { ...json.profiles, [key]: entry };
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  atomicWrite(path, `${JSON.stringify({ ...json, profiles }, null, indent)}\n`, mode);
}
