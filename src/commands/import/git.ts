import { basename, dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { DbcredsError } from '../../errors.ts';
import { output } from '../../launch/output.ts';

/** How git knows a file: `tracked` now, or once, in its `history`. `undefined`: not at all, or there is no git. */
export type GitState = 'tracked' | 'history' | undefined;

/** Asks git. It runs no helper that a repository's own settings name. */
export async function gitState(context: Context, path: string): Promise<GitState> {
  try {
    if (await git(context, path, ['ls-files'])) return 'tracked';
    return (await git(context, path, ['log', '--all', '-1', '--format=%h'])) ? 'history' : undefined;
  } catch (error) {
    if (error instanceof DbcredsError) return undefined;
    throw error;
  }
}

async function git({ env }: Context, path: string, args: readonly string[]): Promise<string> {
  const safe = ['-c', 'core.fsmonitor=false', '--no-pager', '--no-optional-locks'];
  const kept = ['PATH', 'HOME', 'SystemRoot'].map((name) => [name, env[name]] as const);
  const { stdout, exitCode } = await output('git', [...safe, ...args, '--', basename(path)], {
    cwd: dirname(path),
    env: Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined)),
    timeoutMs: 10_000,
  });
  return exitCode === 0 ? stdout.trim() : '';
}
