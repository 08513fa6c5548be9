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
  /** A quarter of the ratios lies below the first, a quarter above the second. */
  readonly quartiles: readonly [number, number];
}

/** What one run of a command took, in milliseconds. @throws Error where the command fails */
export type Clock = (command: Command) => number;

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
  clock: Clock = wallOf,
): Timing[] {
  const times = commands.map((): { own: number; ratio: number }[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    commands.forEach((command, i) => {
      const base = clock(baseline);
      const own = clock(command);
      if (round > 0) times[i]?.push({ own, ratio: own / base });
    });
    tick();
  }
  return times.map((pairs) => {
    const ratios = pairs.map(({ ratio }) => ratio);
    return {
      ms: median(pairs.map(({ own }) => own)),
      ratio: median(ratios),
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    };
  });
}

/** Start to end, as the one who waits sees it. */
export const wallOf: Clock = (command) => {
  const from = process.hrtime.bigint();
  succeed(command);
  return Number(process.hrtime.bigint() - from) / 1e6;
};

/**
 * Runs it to its end.
 *
 * @returns what it wrote to stderr
 * @throws Error where it fails: a quick failure is not a fast run
 */
export function succeed({ argv: [file, ...args], cwd, env }: Command): string {
  const { status, stderr, error } = spawnSync(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status === 0) return `${stderr}`;
  throw new Error(`${[file, ...args].join(' ')} ended with ${status ?? error}: ${stderr}`);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between two values it lies on the line that joins them. @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(at), Math.floor(at) + 2);
  return below + (above - below) * (at % 1);
}
