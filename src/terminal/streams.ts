import { writeSync } from 'node:fs';

/**
 * Puts stand-ins in the place of `process.stdin`, `stdout` and `stderr`, for the rest of this process. Whoever only
 * looks at one of the real three has Node set O_NONBLOCK on its descriptor, which a command that we become inherits and
 * fails on with EAGAIN; and Node looks itself, whenever a socket closes and whenever a stream is piped.
 */
export function hideStreams(): void {
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    Object.defineProperty(process, name, { value: standIn(fd), configurable: true, writable: true });
  }
}

/** All that `console` uses. Not a real stream: loading those costs 2 ms. */
function standIn(fd: number): object {
  const ignore = (): object => stream;
  const write = (text: string | Uint8Array): boolean => {
    writeSync(fd, Buffer.from(text));
    return true;
  };
  const stream = { fd, write, on: ignore, once: ignore, removeListener: ignore };
  return stream;
}
