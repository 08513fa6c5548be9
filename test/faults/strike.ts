import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cli, environment } from '../helpers/program.ts';
import type { Subject } from './subject.ts';

/** When to kill: so long after the start, or after the line of a step was seen. Milliseconds. */
export type Moment = { readonly after: number } | { readonly step: string; readonly delay: number } | 'never';

export interface Blow {
  readonly at: Moment;
  /** Also what it has started. */
  readonly tree: boolean;
}

export const never: Blow = { at: 'never', tree: false };

export interface Struck {
  /** Whether it was still running. */
  readonly hit: boolean;
  /** The steps that it told of, see {@link stepIn}. */
  readonly steps: readonly string[];
  readonly stderr: string;
  readonly stdout: string;
  /** `null` where it was killed. */
  readonly code: number | null;
  readonly ms: number;
}

export interface Ears {
  /** Hears of each step as it begins. */
  readonly told?: (step: string) => void;
  /** Hears of the process once it runs. */
  readonly running?: (pid: number) => void;
}

/** What a program is at before its first step. */
export const beforeAll = 'reading what is stored';

/** Runs the built program, and sends it SIGKILL at that moment. */
export async function strike(
  subject: Subject,
  args: readonly string[],
  { at, tree }: Blow = never,
  { told, running }: Ears = {},
): Promise<Struck> {
  const { shop } = subject;
  const env = environment(shop.place, { env: { ...shop.env, DBCREDS_DEBUG: '1' } });
  const from = performance.now();
  const child = spawn(process.execPath, [cli, ...args], { cwd: shop.place.cwd, env, detached: true });
  if (child.pid) running?.(child.pid);
  const steps: string[] = [];
  const said = { stderr: '', stdout: '' };
  let timer: NodeJS.Timeout | undefined;
  const blow = (): void => kill(child.pid ?? 0, tree);
  const onStep = (step: string): void => {
    steps.push(step);
    told?.(step);
    if (at === 'never' || !('step' in at) || step !== at.step) return;
    if (at.delay < 1) blow();
    else timer ??= setTimeout(blow, at.delay);
  };
  readLines(child.stderr, (line) => {
    said.stderr += `${line}\n`;
    const step = stepIn(line, subject.name);
    if (step !== undefined) onStep(step);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stdin.end();
  if (at !== 'never' && 'after' in at) timer = setTimeout(blow, at.after);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { ...said, steps, hit: signal === 'SIGKILL', code, ms: performance.now() - from };
}

function readLines(stream: NodeJS.ReadableStream, line: (text: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
  });
}

/** Names of steps without what differs from store to store and login to login. */
function stepIn(line: string, name: string): string | undefined {
  const mark = `${name}: `;
  const at = line.indexOf(mark);
  if (at < 0 || !/^dbcreds: (debug: shop\/)?$/.test(line.slice(0, at))) return undefined;
  const text = line.slice(at + mark.length);
  if (text.startsWith('provider ')) return undefined;
  return text
    .replace(/^(storing .*) in .*$/, '$1')
    .replace(/^logging in as .*$/, 'logging in as the user')
    .replace(/^(rotated|finished): .*$/, 'saying that it is done');
}

/** The program first, so that it cannot react to the death of what it has started. */
function kill(pid: number, tree: boolean): void {
  const all = tree ? [pid, ...descendants(pid)] : [pid];
  for (const one of all) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It had just ended.
    }
  }
}

/** A program for a helper runs in a session of its own: the process group does not have it. */
function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}
