import { openSync } from 'node:fs';
import { isatty, WriteStream } from 'node:tty';
import type { Context } from '../context.ts';
import { hideStreams } from './streams.ts';

/** One line that moves, below all others. */
export interface Spinner {
  /** Shows it with this text, or changes the text. */
  turn(text: string): void;
  /** Takes it off the screen. */
  stop(): void;
}

/**
 * A spinner on the terminal that stderr is.
 *
 * @throws Error where stderr is none, or it cannot be opened, or it has no width
 */
export async function openSpinner({ env, platform }: Context): Promise<Spinner> {
  if (!isatty(2)) throw new Error('stderr is no terminal');
  const stream = new WriteStream(openSync(platform === 'win32' ? '\\\\.\\CONOUT$' : '/dev/tty', 'r+'));
  // A terminal that nobody gave a size, as `docker exec -t` may have: ora divides by it, and clears lines for ever.
  if (!stream.columns) throw new Error('the terminal has no width');
  // EIO: the window was closed. What goes on does so without being seen.
  stream.on('error', () => {});
  // ora looks at all three while it loads (restore-cursor), is made (its default stream) and starts (its hooks).
  hideStreams();
  const { default: ora } = await import('ora');
  const turning = ora({
    stream,
    isEnabled: true,
    discardStdin: false,
    // SIGKILL would leave the terminal without a cursor.
    hideCursor: false,
    color: env.NO_COLOR ? false : 'cyan',
  });
  process.once('exit', () => turning.stop());
  return {
    turn: (text) => {
      turning.text = text;
      turning.start();
    },
    stop: () => turning.stop(),
  };
}
