import type { Entry } from './entry.ts';
import { type Fail, failure } from './fail.ts';
import type { Named } from './names.ts';
import { defined, readEntry } from './read.ts';

/** What the files say of one profile together, and which of them says what. */
export interface Layers {
  readonly entry: Entry;
  readonly base: Entry;
  /** The user's override of a project's profile; nothing in it where there is none. */
  readonly over: Entry;
  /** Whose file the entry is of. */
  readonly own: 'user' | 'project';
  /** Makes the error for a key of the base, and of the override. */
  readonly failBase: Fail;
  readonly failOver: Fail;
}

const deep = ['tls', 'file', 'params', 'inject', 'rotation', 'incident'] as const;

/**
 * The user's override laid over the entry, key by key, one level deep. It cannot take `production` away.
 *
 * @throws DbcredsError `BAD_PROFILE`
 */
export function layersOf({ base: { file, key }, override }: Named): Layers {
  const base = readEntry(file, key);
  const failBase = failure(file.path, key);
  const own = file.project === undefined ? 'user' : 'project';
  if (!override) return { entry: base, base, over: {}, own, failBase, failOver: failBase };
  const over = defined(readEntry(override.file, override.key));
  const failOver = failure(override.file.path, override.key);
  if (base.production && over.production === false)
    throw failOver(
      ['production'],
      'is false, but the project says that this is production',
      'no "production" here: it cannot be taken away',
    );
  const nested = Object.fromEntries(
    deep.map((one) => [one, base[one] || over[one] ? { ...base[one], ...over[one] } : undefined]),
  );
  return { entry: { ...base, ...over, ...nested }, base, over, own, failBase, failOver };
}

/** Whose file says the user. See {@link Profile.userFrom}. */
export function userFromOf({ base, over, own }: Layers): 'user' | 'project' {
  return over.user !== undefined && over.user !== base.user ? 'user' : own;
}
