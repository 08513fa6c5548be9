import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { project } from '../services/cache.ts';
import { newPlace, type Place } from './place.ts';

/** The built program. */
export const cli: string = join(project, 'dist/cli.cjs');

export interface RunOptions {
  /** Default: a new one. */
  readonly place?: Place;
  /** On top of the place's; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for stdin. Default: none, closed at once. */
  readonly input?: string | Buffer;
  readonly cwd?: string;
  /** Which Node runs the program, and comes first in `PATH`. Default: the one that runs the tests. */
  readonly node?: string;
  /** Milliseconds. Default 30,000; then it is killed and the call throws. */
  readonly timeout?: number;
  /** Called with the process as soon as it runs, to send it signals or look at it. */
  readonly running?: (pid: number) => void;
}

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  /** Both outputs in the order of arrival. */
  readonly output: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
  readonly place: Place;
}

/** Runs `dbcreds` as it was built. There is no terminal: `/dev/tty` cannot be opened. */
export function dbcreds(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return program(options.node ?? process.execPath, [cli, ...args], options);
}

/** Runs any program in the same way. */
export async function program(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const place = options.place ?? newPlace();
  const from = Date.now();
  const child = spawn(command, args, {
    cwd: options.cwd ?? place.cwd,
    env: environment(place, options),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const outputs = { stdout: '', stderr: '', output: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      outputs[name] += text;
      outputs.output += text;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  if (child.pid) options.running?.(child.pid);
  const [code, signal] = await ended(child, options.timeout ?? 30_000, () => outputs.output);
  return { ...outputs, code, signal, ms: Date.now() - from, place };
}

/** What a child gets: the place's variables and those of the test, and the chosen Node in front. */
export function environment(place: Place, { env = {}, node }: RunOptions): Record<string, string> {
  const path = [...(node ? [dirname(node)] : []), env.PATH ?? place.env.PATH].join(delimiter);
  const all = Object.entries({
    ...place.env,
    ...env,
    ...('PATH' in env && env.PATH === undefined ? {} : { PATH: path }),
  });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

type Child = ReturnType<typeof spawn>;

async function ended(
  child: Child,
  timeout: number,
  said: () => string,
): Promise<[number | null, NodeJS.Signals | null]> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child);
  }, timeout);
  try {
    const how = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (late) throw new Error(`did not end within ${timeout} ms; it said:\n${said()}`);
    return how;
  } finally {
    clearTimeout(timer);
  }
}

function killGroup(child: Child): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It had just ended.
  }
}
