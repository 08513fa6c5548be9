import { fstatSync } from 'node:fs';
import type { Context } from '../context.ts';
import type { Spinner } from './spinner.ts';
import { oneLine } from './text.ts';

/** The steps of something that takes a moment. What is said after its end is not shown. */
export interface Progress {
  /** A step begins, and the one before has ended well. Text without secrets; made printable. */
  step(text: string): void;
  /** It ended well: the line that stays. */
  done(text: string): void;
  /** It ended badly. The error is for whoever catches it. */
  fail(text?: string): void;
}

interface Task {
  readonly title: string;
  /** What it is at. */
  step?: string;
}

/**
 * What is under way in this process, on stderr. All lines that stay are written here and at once, so that none is lost
 * while the spinner still loads, or when the process ends just behind it. A line moves only on a terminal, and only for a
 * task that is alone: several at once would fight over it, so they get a line for each step, until all have ended.
 */
export class Board {
  readonly #context: Context;
  readonly #write: (text: string) => void;
  readonly #tasks = new Set<Task>();
  readonly #waiting: string[] = [];
  #moving: boolean;
  #crowded = false;
  #holds = 0;
  #spinner: Spinner | 'loading' | undefined;

  /** @param write puts text on stderr, as it is */
  constructor(context: Context, write: (text: string) => void) {
    this.#context = context;
    this.#write = write;
    this.#moving = mayMove(context);
  }

  /** @param title names it in each of its lines */
  begin(title: string): Progress {
    const task: Task = { title: oneLine(title) };
    this.#tasks.add(task);
    if (this.#tasks.size > 1) this.#crowd();
    return {
      step: (text) => this.#tasks.has(task) && this.#step(task, oneLine(text)),
      done: (text) => this.#tasks.delete(task) && this.#done(task, oneLine(text)),
      fail: (text) => this.#tasks.delete(task) && this.#fail(task, text && oneLine(text)),
    };
  }

  /** Keeps the screen for something else until the function that it gives back is called. */
  hold(): () => void {
    this.#holds += 1;
    this.#stop();
    return () => {
      this.#holds -= 1;
      this.#draw();
    };
  }

  #step(task: Task, text: string): void {
    const { step } = task;
    task.step = text;
    if (this.#isPlain()) this.#put(plain(task, text));
    else {
      this.#load();
      this.#put(...(step ? [this.#marked('✔', task, step)] : []));
    }
  }

  #done(task: Task, text: string): void {
    if (this.#isPlain()) this.#put(plain(task, text));
    else this.#put(...[task.step, text].flatMap((line) => (line ? [this.#marked('✔', task, line)] : [])));
    this.#leave();
  }

  #fail(task: Task, text = ''): void {
    const line = text || task.step;
    if (!this.#isPlain() && line) this.#put(this.#marked('✖', task, line));
    else if (text) this.#put(plain(task, text));
    this.#leave();
  }

  #leave(): void {
    if (this.#tasks.size === 0) this.#crowded = false;
    this.#draw();
  }

  #crowd(): void {
    if (this.#isPlain()) return;
    this.#crowded = true;
    this.#putSteps();
  }

  /** Whoever was at a step while a line moved has no line yet. */
  #putSteps(): void {
    this.#put(...[...this.#tasks].flatMap((task) => (task.step ? [plain(task, task.step)] : [])));
  }

  #isPlain(): boolean {
    return this.#crowded || !this.#moving;
  }

  #put(...lines: string[]): void {
    this.#waiting.push(...lines);
    this.#draw();
  }

  /** Writes the lines that wait, and has the one that moves below them. */
  #draw(): void {
    if (this.#holds > 0) return;
    const [task] = this.#tasks;
    const moves = task?.step !== undefined && !this.#isPlain();
    if (this.#waiting.length > 0 || !moves) this.#stop();
    if (this.#waiting.length > 0) this.#write(this.#waiting.splice(0).join(''));
    if (moves && typeof this.#spinner === 'object') this.#spinner.turn(`${task.title}: ${task.step}`);
  }

  #stop(): void {
    if (typeof this.#spinner === 'object') this.#spinner.stop();
  }

  #load(): void {
    if (this.#spinner) return;
    this.#spinner = 'loading';
    import('./spinner.ts')
      .then(({ openSpinner }) => openSpinner(this.#context))
      .then(
        (spinner) => {
          this.#spinner = spinner;
          this.#draw();
        },
        // There is a terminal, but none to move a line on. The steps matter, not their looks.
        () => {
          this.#moving = false;
          if (!this.#crowded) this.#putSteps();
        },
      );
  }

  #marked(mark: '✔' | '✖', { title }: Task, text: string): string {
    const { env } = this.#context;
    // The Linux console's font has neither.
    const sign = env.TERM === 'linux' ? { '✔': '√', '✖': '×' }[mark] : mark;
    const coloured = env.NO_COLOR ? sign : `\x1b[${mark === '✔' ? 32 : 31}m${sign}\x1b[39m`;
    return `${coloured} ${title}: ${text}\n`;
  }
}

const plain = ({ title }: Task, text: string): string => `dbcreds: ${title}: ${text}\n`;

/** Whether stderr could be a terminal, without node:tty, which brings node:net along: 4 ms. */
function mayMove({ env }: Context): boolean {
  if (env.TERM === 'dumb' || env.CI) return false;
  try {
    return fstatSync(2).isCharacterDevice();
  } catch {
    // EBADF: it is closed.
    return false;
  }
}
