import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, type Command, succeed } from './measure.ts';

/**
 * User and system time of the command and all that it waited for. Node tells no child's: bash does, by the kernel's own
 * account (wait4), to a millisecond.
 */
export const cpuOf: Clock = (command) => {
  const said = succeed(within(command, ['bash', '-c', 'TIMEFORMAT="%3U %3S"; time "$@"', 'bash']));
  const [, user, system] = /(\d+\.\d{3}) (\d+\.\d{3})\s*$/.exec(said) ?? [];
  return 1_000 * (Number(user) + Number(system));
};

/**
 * The most memory that one process of the command had resident, in bytes; undefined where GNU time is not installed. It has
 * to be asked by a small program: what a process had before it became another one counts too.
 */
export function peakOf(command: Command): number | undefined {
  try {
    const said = succeed(within(command, ['/usr/bin/time', '-f', '%M']));
    return 1_024 * Number(/(\d+)\s*$/.exec(said)?.[1]);
  } catch (error) {
    if (/ENOENT|usage: time/.test(`${error}`)) return undefined;
    throw error;
  }
}

const within = ({ argv, ...rest }: Command, [file, ...args]: [string, ...string[]]): Command => ({
  ...rest,
  argv: [file, ...args, ...argv],
});

/**
 * Memory that stays taken while the wrapped `sleep` sleeps, in bytes, that of `sleep` apart: the proportional set size of each
 * process of the family, so that what several share is counted once. Undefined where there is no `/proc`.
 *
 * @param command wraps `sleep`
 */
export async function residentOf({ argv: [file, ...args], cwd, env }: Command): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { pid = 0 } = spawn(file, args, { cwd, env, stdio: 'ignore', detached: true }).on('error', () => {});
  try {
    await asleep(pid, [file, ...args]);
    // It has started the command, and comes to rest.
    await sleep(150);
    return familyOf(pid)
      .filter((one) => one.name !== 'sleep')
      .reduce((sum, one) => sum + proportionalSize(one.pid), 0);
  } finally {
    familyOf(pid).forEach(kill);
  }
}

async function asleep(root: number, argv: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (familyOf(root).some(({ name }) => name === 'sleep')) return;
    await sleep(10);
  }
  throw new Error(`${argv.join(' ')} did not start its command`);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

/** It and all that descends from it: some wrappers give their command a group or a session of its own. */
function familyOf(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap(described);
  const below = (pid: number): Process[] =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)]);
  return [...all.filter(({ pid }) => pid === root), ...below(root)];
}

/** `pid (name) state parent ...` */
function described(pid: string): Process[] {
  const [, name, parent] = /\((.*)\) \S+ (\d+)/s.exec(readQuietly(`/proc/${pid}/stat`)) ?? [];
  return name === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), name }];
}

function kill({ pid }: { pid: number }): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with another one.
  }
}

const proportionalSize = (pid: number): number =>
  1_024 * Number(/^Pss:\s+(\d+) kB/m.exec(readQuietly(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
