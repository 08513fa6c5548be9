const pending: (() => unknown)[] = [];

/** Has something done once the running test is over, whether it passed or not. */
export function atEndOfTest(act: () => unknown): void {
  pending.push(act);
}

/** Does what was asked for, the last first. */
export async function cleanUp(): Promise<void> {
  for (let act = pending.pop(); act; act = pending.pop()) await act();
}
