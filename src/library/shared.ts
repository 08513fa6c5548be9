/**
 * Has the calls that come while one is answered share the next answer: a pool that opens its connections all at once reads
 * a password twice at most, and nobody gets one that was read before it was asked for.
 */
export function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    next = undefined;
    const answer = ask();
    running = answer.catch(() => {});
    return answer;
  };
  return () => {
    next ??= running.then(begin);
    return next;
  };
}
