import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join, relative } from 'node:path';
import { project } from '../services/cache.ts';
import { bound } from '../services/daemon.ts';
import type { Ground } from '../services/ground.ts';
import type { Report } from './report.ts';

/** What a test file came to. */
export interface Outcome {
  /** Path from the project's folder. */
  readonly name: string;
  readonly passed: number;
  /** One line or more each: tests that failed, and whatever else was wrong with the file. */
  readonly failures: readonly string[];
  readonly skips: readonly Skip[];
  readonly seconds: number;
  /** All that it printed. */
  readonly output: string;
}

export interface Skip {
  readonly name: string;
  readonly reason: string;
  /** What was missing, where that was the reason. */
  readonly need?: string;
}

/** Seconds that a file may take, not counting the start of services. */
const PATIENCE = Number(process.env.DBCREDS_TEST_TIMEOUT ?? 300);

/** Runs one test file in its own process and session, so that it has no terminal and its children can be found. */
export async function runFile(ground: Ground, file: string, patience: number = PATIENCE): Promise<Outcome> {
  const from = Date.now();
  const child = start(ground, file);
  const record = new Record();
  const clock = new Clock(patience, () => kill(child));
  const kept: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => kept.push(String(chunk)));
  child.on('message', (message: Message) => {
    if ('report' in message) record.take(message.report);
    else void answer(ground, child, message.need, clock);
  });
  const stray = (): void => kill(child);
  process.once('exit', stray);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', stray);
    child.once('close', (...how) => resolve(how));
  });
  process.off('exit', stray);
  clock.stop();
  return {
    name: relative(project, file),
    ...record.judge(code, signal, clock.over ? patience : undefined),
    seconds: (Date.now() - from) / 1000,
    output: kept.join(''),
  };
}

type Message = { readonly report: Report } | { readonly need: { service: string; variant: string } };

function start(ground: Ground, file: string): ChildProcess {
  mkdirSync(join(ground.folder, 't'), { recursive: true });
  const folder = mkdtempSync(join(ground.folder, 't/'));
  // A server that does not run as root must get through to what its test made for it.
  chmodSync(folder, 0o711);
  const env = { ...process.env, TMPDIR: folder, FORCE_COLOR: '0' };
  const [command, args] = bound({ command: process.execPath, args: ['--import', 'tsx', file] });
  return spawn(command, args, {
    cwd: project,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function answer(
  ground: Ground,
  child: ChildProcess,
  { service, variant }: { service: string; variant: string },
  clock: Clock,
): Promise<void> {
  clock.pause();
  const found = await ground.answer(service, variant);
  clock.resume();
  if (child.connected) child.send({ answer: `${service}/${variant}`, ...found }, () => {});
}

/** With all that it started and left behind. */
function kill(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

/** Runs out after so many seconds in which the file did not wait for a service. */
class Clock {
  over = false;
  #waits = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #seconds: number;
  readonly #end: () => void;

  constructor(seconds: number, end: () => void) {
    this.#seconds = seconds;
    this.#end = end;
    this.#arm();
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.over = true;
      this.#end();
    }, this.#seconds * 1000);
  }

  pause(): void {
    this.#waits += 1;
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.#waits -= 1;
    if (this.#waits === 0) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Adds up what the file reports. Only what a test said of itself counts as passed. */
class Record {
  #declared = 0;
  #passed = 0;
  #done = 0;
  #running: string | undefined;
  readonly #failures: string[] = [];
  readonly #skips: Skip[] = [];

  take(report: Report): void {
    this.#running = report.kind === 'started' ? report.name : undefined;
    if (report.kind === 'passed' || report.kind === 'failed' || report.kind === 'skipped') this.#done += 1;
    if (report.kind === 'declared') this.#declared += 1;
    if (report.kind === 'passed') this.#passed += 1;
    if (report.kind === 'failed')
      this.#failures.push(`${report.name}\n  ${report.why.replaceAll('\n', '\n  ')}`);
    if (report.kind === 'broken') this.#failures.push(report.why);
    if (report.kind === 'skipped') this.#skips.push(report);
  }

  /** Whatever the tests said, a file that died, was cut off or left a test out has failed. */
  judge(
    code: number | null,
    signal: NodeJS.Signals | null,
    late: number | undefined,
  ): Pick<Outcome, 'passed' | 'failures' | 'skips'> {
    const failures = [...this.#failures];
    const where = this.#running ? ` in "${this.#running}"` : ' outside of a test';
    if (late) failures.push(`did not end within ${late} s: cut off${where}`);
    else if (signal) failures.push(`died of ${signal}${where}`);
    else if (code !== 0 && failures.length === 0) failures.push(`ended with status ${code}${where}`);
    if (this.#declared === 0) failures.push('declares no test with the suite of test/helpers');
    else if (this.#done < this.#declared) {
      failures.push(`${this.#declared - this.#done} of its ${this.#declared} tests were never run`);
    }
    return { passed: this.#passed, failures, skips: this.#skips };
  }
}
