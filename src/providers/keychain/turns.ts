/** Lets accesses in one at a time, in the order of their asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param holds whether an error of whoever goes before counts for all who waited behind: they get it, and are not let in
   */
  take<T>(work: () => Promise<T>, holds: (error: unknown) => boolean): Promise<T> {
    const mine = this.#last.then(work, (error) => (holds(error) ? Promise.reject(error) : work()));
    const leave = (): void => {
      // Who comes later is no longer behind.
      if (this.#last === mine) this.#last = Promise.resolve();
    };
    this.#last = mine;
    mine.then(leave, leave);
    return mine;
  }
}

/**
 * Those of this process, as the native library is the process's. Each call of it blocks the loop for a moment, and the more
 * there are at once the longer each takes, up to the 2 s after which D-Bus gives up: of 80 at once, as a pool of
 * connections makes them, 79 failed, after half a minute in which nothing else ran.
 */
export const turns: Turns = new Turns();
