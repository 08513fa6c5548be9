import { constants } from 'node:os';
import { type IPty, spawn } from '@lydell/node-pty';
import { atEndOfTest } from './cleanup.ts';
import { newPlace, type Place } from './place.ts';
import { cli, environment, type RunOptions } from './program.ts';

/** `\x03` and its kin, as the keyboard sends them. */
export const keys = {
  enter: '\r',
  interrupt: '\x03',
  end: '\x04',
  suspend: '\x1a',
  quit: '\x1c',
  backspace: '\x7f',
  clear: '\x15',
} as const;

export interface End {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type TerminalOptions = Omit<RunOptions, 'input'>;

/** A program on a real pseudo-terminal, which is its controlling one: `/dev/tty` opens it. */
export class Terminal {
  readonly place: Place;
  /** How the program ended. */
  readonly ended: Promise<End>;
  readonly #pty: IPty;
  readonly #timeout: number;
  readonly #waiting: Set<() => void> = new Set();
  #output = '';
  #seen = 0;
  #over = false;

  /** Runs any program. Its environment is made as for a program without a terminal, and `TERM` set. */
  constructor(command: string, args: readonly string[], options: TerminalOptions = {}) {
    this.place = options.place ?? newPlace();
    this.#timeout = options.timeout ?? 15_000;
    const env = { TERM: 'xterm', ...environment(this.place, options) };
    // Wide, so that no line is broken where a test looks for it.
    this.#pty = spawn(command, [...args], { cwd: options.cwd ?? this.place.cwd, env, cols: 200, rows: 50 });
    this.#pty.onData((text) => {
      this.#output += text;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#over = true;
        this.#wake();
        resolve(signal ? { code: null, signal: signalName(signal) } : { code: exitCode, signal: null });
      });
    });
    atEndOfTest(() => this.kill());
    options.running?.(this.pid);
  }

  /** Runs `dbcreds` as it was built. */
  static dbcreds(args: readonly string[], options: TerminalOptions = {}): Terminal {
    return new Terminal(options.node ?? process.execPath, [cli, ...args], options);
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** All that the screen was sent, with the terminal's own `\r\n`. */
  get output(): string {
    return this.#output;
  }

  /** Waits until new output holds it, and gives back the output up to its end. What came before is not looked at again. */
  async expect(what: string | RegExp): Promise<string> {
    const limit = Date.now() + this.#timeout;
    for (;;) {
      const rest = this.#output.slice(this.#seen);
      const end = endOf(rest, what);
      if (end !== undefined) {
        this.#seen += end;
        return rest.slice(0, end);
      }
      if (this.#over || Date.now() > limit) throw this.#missed(what);
      await this.#news(limit - Date.now());
    }
  }

  #missed(what: string | RegExp): Error {
    const why = this.#over ? 'the program ended' : `${this.#timeout} ms went by`;
    return new Error(`${why} without ${what}; the screen shows:\n${this.#output}`);
  }

  /** Types it. Enter is `\r`. */
  send(text: string): void {
    this.#pty.write(text);
  }

  /** Types it and Enter. */
  answer(text: string): void {
    this.send(`${text}${keys.enter}`);
  }

  /** Waits for the end, and throws where it does not come. */
  async end(): Promise<End> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#missed('an end')), this.#timeout);
    });
    try {
      return await Promise.race([this.ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the window: the kernel sends SIGHUP, and reads and writes fail from then on. */
  close(): void {
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  /** Ends the program: by SIGHUP, and for good where it survives that. */
  kill(): void {
    if (this.#over) return;
    try {
      this.#pty.kill('SIGHUP');
      setTimeout(() => !this.#over && this.#pty.kill('SIGKILL'), 500).unref();
    } catch {
      // It had just ended.
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(ms, 0));
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function endOf(text: string, what: string | RegExp): number | undefined {
  if (typeof what === 'string') return text.includes(what) ? text.indexOf(what) + what.length : undefined;
  const found = what.exec(text);
  return found ? found.index + found[0].length : undefined;
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? `signal ${number}`) as NodeJS.Signals;
}
