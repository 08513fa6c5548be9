import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Options } from 'execa';
import { DbcredsError } from '../errors.ts';

export interface OutputOptions {
  /** The whole environment of the program: ours is not added. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads on stdin. Absent: nothing. */
  readonly input?: string;
  /** Milliseconds after which it is killed, with whatever it started. */
  readonly timeoutMs: number;
  readonly cwd?: string;
}

export interface Output {
  /** As printed, the last line end included. */
  readonly stdout: string;
  readonly stderr: string;
  /** The program's own, else the shell's: 127 not found, 126 not executable, 128 + n killed by signal n. */
  readonly exitCode: number;
}

/**
 * Runs a program and reads what it prints. It runs in a session of its own: without our terminal, and as a group that
 * can be killed whole. No error carries its arguments, its environment or its output.
 *
 * @throws DbcredsError `TIMED_OUT`, or `INTERNAL` where the system refused to start it or it printed over 16 MB
 */
export async function output(file: string, args: readonly string[], options: OutputOptions): Promise<Output> {
  const { execa } = await import('./execa.ts');
  const guard = killWhenWeDie();
  const limit = timeLimit(options.timeoutMs);
  try {
    const child = start(() => execa(file, args, settings(options)), file);
    guard.over(child);
    const result = await Promise.race([child, limit.passed]);
    if (result !== undefined) return outputOf(file, result as Result);
    await killGroup(child);
    const seconds = options.timeoutMs / 1000;
    throw new DbcredsError('TIMED_OUT', { message: `${basename(file)} did not end within ${seconds} s` });
  } finally {
    limit.clear();
    guard.end();
  }
}

/** execa throws what it can see beforehand, and Node's message quotes the argument. */
function start<T>(run: () => T, file: string): T {
  try {
    return run();
  } catch (error) {
    throw failed(file, (error as NodeJS.ErrnoException).code ?? 'no reason known');
  }
}

function settings({ env, input, cwd }: OutputOptions): Options {
  return {
    env,
    extendEnv: false,
    input: input ?? '',
    ...(cwd === undefined ? {} : { cwd }),
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 16_000_000,
    // On Windows `detached` would open a console window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  };
}

/** What is used of execa's types, whose own depend on every option. */
interface Child {
  readonly pid?: number | undefined;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
}

interface Result {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
  readonly code?: string;
  readonly isMaxBuffer: boolean;
}

function outputOf(file: string, result: Result): Output {
  const { stdout = '', stderr = '', exitCode, signal, code, isMaxBuffer } = result;
  if (isMaxBuffer) throw failed(file, 'it printed over 16 MB');
  if (exitCode !== undefined) return { stdout, stderr, exitCode };
  if (signal !== undefined) return { stdout, stderr, exitCode: 128 + constants.signals[signal] };
  if (code === 'ENOENT') return { stdout, stderr, exitCode: 127 };
  if (code === 'EACCES') return { stdout, stderr, exitCode: 126 };
  throw failed(file, code ?? 'no reason known');
}

const failed = (file: string, why: string): DbcredsError =>
  new DbcredsError('INTERNAL', { message: `${basename(file)} could not be run: ${why}` });

/** Resolves to `undefined` once the time has passed. */
function timeLimit(ms: number): { passed: Promise<undefined>; clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return { passed, clear: () => clearTimeout(timer) };
}

/**
 * A program in a session of its own does not see Ctrl-C: it would outlive us. Listens before there is a program: it can run
 * for a while before the call that starts it returns.
 */
function killWhenWeDie(): { over(child: Child): void; end(): void } {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let started: Child | undefined;
  const die = async (signal: NodeJS.Signals): Promise<void> => {
    if (started) await killGroup(started);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, die);
  return {
    over: (child) => {
      started = child;
    },
    end: () => {
      for (const signal of signals) process.removeListener(signal, die);
    },
  };
}

async function killGroup(child: Child): Promise<void> {
  // A grandchild that left the group may still hold the pipes: without this they would keep us running.
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.pid === undefined) return;
  if (process.platform === 'win32') await killTree(child.pid);
  else killNow(-child.pid);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

async function killTree(pid: number): Promise<void> {
  const { execa } = await import('./execa.ts');
  await execa('taskkill', ['/pid', String(pid), '/t', '/f'], {
    reject: false,
    stdio: 'ignore',
    timeout: 5_000,
  });
}
