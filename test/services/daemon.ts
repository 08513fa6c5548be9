import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its stdin. Default none. */
  readonly input?: string;
  /** Both of its outputs go here. */
  readonly log: string;
  readonly user?: Account;
  /** What ends it in an orderly way. Default `SIGTERM`. */
  readonly signal?: NodeJS.Signals;
  /** Resolves to true once it serves. Asked again and again. */
  readonly ready: () => Promise<boolean>;
  /** Milliseconds that it may take to serve. */
  readonly patience?: number;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A server in the background. It ends with the process that started it, even where that is killed. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #signal: NodeJS.Signals;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, signal: NodeJS.Signals) {
    this.#child = child;
    this.#signal = signal;
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Starts it and waits until it serves. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const log = openSync(options.log, 'a', 0o644);
    const [command, args] = bound(options);
    const child = spawn(command, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', log, log],
      env: options.env ?? cleanEnvironment(),
      detached: true,
    });
    closeSync(log);
    child.on('error', () => {});
    child.stdin?.end(options.input);
    child.unref();
    const daemon = new Daemon(child, options.signal ?? 'SIGTERM');
    await daemon.#serve(options);
    return daemon;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async #serve({ command, log, ready, patience = 60_000 }: DaemonOptions): Promise<void> {
    const end = Date.now() + patience;
    while (!(await ready().catch(() => false))) {
      if (this.#gone) throw new Error(`${command} ended at once:\n${tail(log)}`);
      if (Date.now() > end) {
        this.kill();
        throw new Error(`${command} did not serve within ${patience} ms:\n${tail(log)}`);
      }
      await sleep(25);
    }
  }

  get #gone(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Asks it to end; after ten seconds it is killed. */
  async stop(): Promise<void> {
    if (this.#gone) return;
    this.#child.ref();
    this.#send(this.#signal);
    const killer = setTimeout(() => this.kill(), 10_000);
    await this.#ended;
    clearTimeout(killer);
  }

  /** Holds it still: it keeps its socket and answers nothing until {@link Daemon.thaw}. */
  freeze(): void {
    this.#send('SIGSTOP');
  }

  thaw(): void {
    this.#send('SIGCONT');
  }

  /** At once, with all that it started. */
  kill(): void {
    if (!this.#gone) this.#send('SIGKILL');
  }

  #send(signal: NodeJS.Signals): void {
    try {
      process.kill(signal === 'SIGKILL' ? -this.pid : this.pid, signal);
    } catch {
      // It was faster.
    }
  }
}

/**
 * The command line that binds a program's life to ours, and runs it as that user.
 *
 * `setpriv` drops to the other user and asks the kernel to end the program with its parent, which nothing in Node does.
 * It sets the second after the first, since a change of user clears it.
 */
export function bound({
  command,
  args,
  user,
}: Pick<DaemonOptions, 'command' | 'args' | 'user'>): [string, string[]] {
  if (process.platform !== 'linux') return [command, [...args]];
  const drop = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  return ['setpriv', [...drop, '--pdeathsig=KILL', command, ...args]];
}

const tail = (file: string): string => readFileSync(file, 'utf8').split('\n').slice(-25).join('\n');

/** No variable of this machine that a client or server would read. */
export const cleanEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
});

export interface RunOptions {
  readonly user?: Account;
  /** On top of {@link cleanEnvironment}. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Text for its stdin. Default none. */
  readonly input?: string;
}

/** Runs a program to its end and gives back its stdout; throws with all of its output where it fails. */
export function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const [file, all] = bound({ command, args, ...(options.user && { user: options.user }) });
  return new Promise((resolve, reject) => {
    const env = { ...cleanEnvironment(), ...options.env };
    const settings = { env, maxBuffer: 1 << 26, ...(options.cwd && { cwd: options.cwd }) };
    const child = execFile(file, all, settings, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')} failed (${error.code}):\n${stdout}${stderr}`));
    });
    // It may have ended before it reads: its status tells.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
  });
}
