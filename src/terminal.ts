import { closeSync, openSync, writeSync } from 'node:fs';
import type { Context } from './context.ts';
import { DbcredsError } from './errors.ts';
import type { Board, Progress } from './terminal/progress.ts';
import { printable } from './terminal/text.ts';
import type { Turn } from './terminal/turn.ts';

export type { Progress } from './terminal/progress.ts';
export { statFields } from './terminal/stat.ts';
export { oneLine, printable } from './terminal/text.ts';

/** How long a question waits, in milliseconds. */
const patience = 60_000;

/**
 * The streams and the terminal of this process. `process.stdout`, `stderr` and `stdin` are never touched: that alone puts
 * O_NONBLOCK on descriptors which the child shares, and breaks it (EAGAIN).
 */
export interface Terminal {
  /** Whether somebody can be asked. Looks once. */
  readonly available: boolean;
  /** Text for stdout, as it is. */
  out(text: string): void;
  /** A message for stderr, made safe for terminals. */
  say(text: string): void;
  /** A message for whoever set `DBCREDS_DEBUG`: steps and names, never a value. */
  debug(text: string): void;
  /** Shows the steps of something that takes a moment: a spinner on a terminal, one line a step without. */
  progress(title: string): Promise<Progress>;
  /** Asks on the terminal, not on stdin. @throws DbcredsError `NO_TERMINAL`, `INTERRUPTED`, `TIMED_OUT` */
  ask(question: string, options?: { hidden?: boolean; before?: string }): Promise<string>;
  /**
   * Does something while no other process asks on this terminal. Whoever looks within it whether the question still stands
   * learns what was answered to the others meanwhile. Without a terminal it is just done.
   *
   * @throws DbcredsError `LOCKED` where the others do not come to an end
   */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** The terminal of this process. */
export function openTerminal(context: Context): Terminal {
  let known: boolean | undefined;
  const available = (): boolean => {
    known ??= canOpen(context);
    return known;
  };
  let board: Board | undefined;
  const put = (fd: number, text: string): void => {
    const resume = board?.hold();
    try {
      write(fd, text);
    } finally {
      resume?.();
    }
  };
  let turn: Turn | undefined;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!available()) return work();
    const { Turn } = await import('./terminal/turn.ts');
    turn ??= new Turn(context, (text) => put(2, `${text}\n`));
    return turn.take(patience, work);
  };
  return {
    get available() {
      return available();
    },
    out: (text) => put(1, text),
    say: (text) => put(2, `${printable(text)}\n`),
    debug: (text) => {
      if (context.env.DBCREDS_DEBUG) put(2, `dbcreds: debug: ${printable(text)}\n`);
    },
    progress: async (title) => {
      // Not with the program: a run has nothing to show.
      const { Board } = await import('./terminal/progress.ts');
      board ??= new Board(context, (text) => write(2, text));
      return board.begin(title);
    },
    ask: async (question, options = {}) => {
      if (!available()) throw noTerminal();
      return alone(async () => {
        if ((await import('./terminal/turn.ts')).inBackground()) throw outOfReach();
        const resume = board?.hold();
        try {
          return await prompt(question, options, context);
        } finally {
          resume?.();
        }
      });
    },
    alone,
  };
}

const device = ({ platform }: Context): string => (platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty');

function canOpen(context: Context): boolean {
  try {
    closeSync(openSync(device(context), 'r+'));
    return true;
  } catch {
    // ENXIO: no controlling terminal.
    return false;
  }
}

function write(fd: number, text: string): void {
  const data = Buffer.from(text);
  for (let offset = 0; offset < data.length; ) {
    try {
      offset += writeSync(fd, data, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody else made the pipe non-blocking: wait for its reader. A closed one has no reader to tell.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else if (fd === 2 || code === 'EPIPE' || code === 'EBADF' || code === 'EIO') return;
      else throw unwritable(code);
    }
  }
}

function unwritable(code: string | undefined): DbcredsError {
  return new DbcredsError('FILE_ACCESS', { message: `standard output cannot be written (${code})` });
}

function noTerminal(): DbcredsError {
  return new DbcredsError('NO_TERMINAL', { kind: 'refused', message: 'there is no terminal to ask on' });
}

/** Reads one line in raw mode on a descriptor of its own; Node restores the terminal's mode when the process ends. */
async function prompt(
  question: string,
  options: { hidden?: boolean; before?: string },
  context: Context,
): Promise<string> {
  const { ReadStream } = await import('node:tty');
  const output = openSync(context.platform === 'win32' ? '\\\\.\\CONOUT$' : '/dev/tty', 'r+');
  const input = new ReadStream(openSync(device(context), 'r+'));
  const { LineEditor } = await import('./line-editor.ts');
  try {
    input.setRawMode(true);
    if (options.before) writeSync(output, `${printable(options.before)}\n`);
    writeSync(output, printable(question));
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(timedOut()), patience);
      const echo = options.hidden ? () => {} : (text: string) => writeSync(output, text);
      const editor = new LineEditor(echo, (end) => {
        clearTimeout(timer);
        if (end.kind === 'line') resolve(end.text);
        else reject(interrupted(end.kind));
      });
      input.on('data', (chunk: Buffer) => editor.feed(chunk));
      input.on('end', () => editor.feed(Buffer.of(4)));
      input.on('error', () => editor.feed(Buffer.of(4)));
    });
  } finally {
    input.setRawMode(false);
    input.destroy();
    writeSync(output, '\n');
    closeSync(output);
  }
}

/** Turbo asks on a terminal that nobody can type into; pnpm keeps what it starts from the one that people can. */
const runners =
  'Where a program starts several at once (turbo, pnpm -r --parallel), start that program by dbcreds run.';

function timedOut(): DbcredsError {
  return new DbcredsError('TIMED_OUT', {
    kind: 'refused',
    message: `nobody answered within ${patience / 1000} s`,
    note: runners,
  });
}

function outOfReach(): DbcredsError {
  return new DbcredsError('TIMED_OUT', {
    kind: 'refused',
    message: `nobody can answer: this process was in the background of its terminal for ${patience / 1000} s`,
    note: runners,
  });
}

function interrupted(kind: 'interrupt' | 'end'): DbcredsError {
  const message = kind === 'interrupt' ? 'interrupted' : 'the question was not answered';
  return new DbcredsError('INTERRUPTED', { kind: 'refused', message });
}
