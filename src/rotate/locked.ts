import { withLock } from '../lock.ts';
import type { Rotation } from './rotation.ts';

/**
 * One rotation of a record at a time on this machine. Other machines are kept out by a lock on the server.
 *
 * @throws DbcredsError `LOCKED` after `timeoutMs`
 */
export function locked<T>(
  { store, lockFolder }: Rotation,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const lock = { timeoutMs, folder: lockFolder, what: `the rotation of ${store.id}` };
  return withLock(`rotate ${store.place} ${store.id}`, lock, work);
}
