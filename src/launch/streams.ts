import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

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

/** Writes at once, and reads nothing. */
function standIn(fd: number): Writable {
  const stream = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      writeSync(fd, chunk);
      done();
    },
  });
  return Object.assign(stream, { fd, isTTY: isatty(fd) });
}
