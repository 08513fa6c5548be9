import { spawnSync } from 'node:child_process';

/** One whole process to time. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Timing {
  /** Median of the command's own times, in milliseconds. */
  readonly ms: number;
  /** Median of the pairs' ratios: a machine that is busy for a while slows both halves of a pair. */
  readonly ratio: number;
}

/**
 * Times commands against a baseline, each run next to a run of the baseline, and the pairs of all commands in turn.
 *
 * @param rounds how many pairs count, after one that warms the disk's cache
 */
export function compare(
  baseline: Command,
  commands: readonly Command[],
  rounds: number,
  tick: () => void,
): Timing[] {
  const times = commands.map((): { own: number; ratio: number }[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    commands.forEach((command, i) => {
      const base = timeOf(baseline);
      const own = timeOf(command);
      if (round > 0) times[i]?.push({ own, ratio: own / base });
    });
    tick();
  }
  return times.map((pairs) => ({
    ms: median(pairs.map(({ own }) => own)),
    ratio: median(pairs.map(({ ratio }) => ratio)),
  }));
}

/** @throws Error where the command fails: a quick failure is not a fast run */
function timeOf({ argv: [file, ...args], cwd, env }: Command): number {
  const from = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ms = Number(process.hrtime.bigint() - from) / 1e6;
  if (status === 0) return ms;
  throw new Error(`${[file, ...args].join(' ')} ended with ${status ?? error}: ${stderr}`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
