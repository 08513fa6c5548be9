import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '../context.ts';
import { withLock } from '../lock.ts';
import { statFields } from './stat.ts';

/**
 * Whose turn it is on a terminal. Several processes of a monorepo may start at once: one asks at a time. Whoever has the turn
 * may ask several things within it, and what others of this process ask meanwhile waits as other processes do.
 */
export class Turn {
  readonly #mine = new AsyncLocalStorage<true>();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** @param timeoutMs how long to wait for the others @throws DbcredsError `LOCKED` after that */
  take<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    if (this.#mine.getStore()) return work();
    const lock = { timeoutMs, folder: this.#context.folders.state, what: 'a question on this terminal' };
    return withLock(`terminal ${terminalNumber()}`, lock, () => this.#mine.run(true, work));
  }
}

/** Field 7 of proc(5)'s `stat`: `/dev/tty` is one name for every terminal. Elsewhere all terminals share a lock. */
function terminalNumber(): string {
  try {
    return statFields('self')[4] ?? '';
  } catch {
    return '';
  }
}
