import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
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
  readonly #say: (text: string) => void;

  constructor(context: Context, say: (text: string) => void) {
    this.#context = context;
    this.#say = say;
  }

  /**
   * @param patienceMs how long to wait in the background, and ten times that for the others
   * @throws DbcredsError `LOCKED` where the others do not come to an end
   */
  async take<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
    if (this.#mine.getStore()) return work();
    await this.#comeForward(patienceMs);
    const { folders } = this.#context;
    const lock = { timeoutMs: patienceMs * 10, folder: folders.state, what: 'a question on this terminal' };
    return withLock(`terminal ${terminalNumber()}`, lock, () => this.#mine.run(true, work));
  }

  /** Without a turn, so that nobody waits for it. */
  async #comeForward(patienceMs: number): Promise<void> {
    if (!inBackground()) return;
    this.#say(
      'dbcreds: waits in the background of this terminal to ask something; bring it to the front (fg)',
    );
    for (const end = performance.now() + patienceMs; inBackground() && performance.now() < end; )
      await sleep(100);
  }
}

/**
 * Whether the terminal's foreground is another process group's: whoever changes the terminal from there is stopped (SIGTTOU),
 * and for good where no shell brings it back, as under `pnpm -r --parallel`.
 */
export function inBackground(): boolean {
  try {
    const [, , group, , , front] = statFields('self');
    return front !== '-1' && group !== front;
  } catch {
    // No `/proc`: nobody tells.
    return false;
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
