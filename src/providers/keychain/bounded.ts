/** How long a person is left without a word. */
const patience = 2_000;

export interface Bounds {
  readonly ms: number;
  /** Called once, if it takes over 2 s. */
  readonly waiting: () => void;
  /** Makes the error of the time-out. */
  readonly late: () => Error;
}

/** Waits for work no longer than allowed. The work itself goes on: nothing can stop a native call. */
export async function bounded<T>(work: Promise<T>, { ms, waiting, late }: Bounds): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const notice = setTimeout(waiting, patience);
  const timeOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, timeOut]);
  } finally {
    clearTimeout(notice);
    clearTimeout(timer);
  }
}
