import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { DbcredsError, shellWord } from '../../errors.ts';
import { atomicWrite, readPrivate } from '../../files.ts';

/**
 * What was last done about a name. A keychain says `null` for an entry that was never there and for one that it cannot reach
 * (another home, no default collection), so it is written down here, without secrets, before and after each change: only
 * `stored` says that an entry has to be there. The others tell of a change that may have been cut off.
 */
export type NameState = 'storing' | 'stored' | 'removing';

interface Names {
  readonly [id: string]: NameState;
}

export const namesFile = (context: Context): string => join(context.folders.data, 'keychain.json');

/** Every name with an entry in the keychain, as far as we put it there. @throws DbcredsError `FILE_ACCESS`, `UNSAFE_FILE` */
export function storedNames(context: Context): string[] {
  const names = readNames(context);
  return Object.keys(names).filter((id) => names[id] !== 'removing');
}

export function nameState(context: Context, id: string): NameState | undefined {
  const names = readNames(context);
  return Object.hasOwn(names, id) ? names[id] : undefined;
}

/** Under the keychain's lock. `undefined` forgets the name. */
export function markName(context: Context, id: string, state: NameState | undefined): void {
  const names = readNames(context);
  if (names[id] === state) return;
  const next = Object.entries(names).filter(([name]) => name !== id);
  if (state !== undefined) next.push([id, state]);
  const text = JSON.stringify({ v: 1, names: Object.fromEntries(next) }, undefined, 1);
  atomicWrite(namesFile(context), `${text}\n`);
}

function readNames(context: Context): Names {
  const file = namesFile(context);
  const data = readPrivate(file);
  if (data === undefined) return {};
  const names = parse(data.toString('utf8'))?.names;
  if (typeof names === 'object' && names !== null) return names as Names;
  throw new DbcredsError('FILE_ACCESS', {
    message: `the list of names in the keychain cannot be understood: ${file}`,
    note: 'It holds no secrets. Without it, a missing entry is not told from one that was never stored.',
    hints: [['begin a new one:', `rm ${shellWord(file)}`]],
  });
}

function parse(text: string): { names?: unknown } | undefined {
  try {
    return JSON.parse(text) as { names?: unknown };
  } catch {
    return undefined;
  }
}
