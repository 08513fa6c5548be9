import { DbcredsError } from '../errors.ts';
import type { Resolved } from './resolve.ts';

export interface LaunchPlan {
  /** As typed: a name to look up in `env.PATH`, or a path. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the command: ours is not added. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path. */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** What `resolveCommand` found for exactly these, where it was asked before. */
  readonly resolved?: Resolved;
  /** Called just before this process is replaced, or once the command was spawned. */
  readonly leaving?: () => void;
  /** Open files that the command gets as 3 and up, which only a spawn can hand on. They are closed here then. */
  readonly descriptors?: readonly number[];
  /** Something must happen after the command: spawn. */
  readonly stay?: boolean;
  /** What must happen: runs once the command has ended, before this process ends as it did. Implies `stay`. */
  readonly after?: () => void | Promise<void>;
}

/** What the kernel is asked to run. */
export interface Invocation {
  readonly file: string;
  /** With `argv[0]`. */
  readonly argv: readonly string[];
}

/**
 * As execvp, a text without `#!` is handed to the shell, under its path. Unlike execvp, a binary of another machine is
 * not: the shell's own `exec` reports it (126) where execvp would have the shell run its bytes as commands.
 */
export function invocationOf({ command, args }: LaunchPlan, { file, kind }: Resolved): Invocation {
  if (kind === 'text') return { file: '/bin/sh', argv: ['/bin/sh', file, ...args] };
  if (kind === 'foreign') return { file: '/bin/sh', argv: ['sh', '-c', 'exec "$0" "$@"', file, ...args] };
  return { file, argv: [command, ...args] };
}

/** Node's own error for a NUL quotes the whole value. */
export function refuseNul({ args, env }: LaunchPlan): void {
  const name = Object.keys(env).find((key) => `${key}${env[key]}`.includes('\0'));
  const at = args.findIndex((arg) => arg.includes('\0'));
  if (name === undefined && at < 0) return;
  const where = name === undefined ? `argument ${at + 1}` : `the variable ${name.replaceAll('\0', '')}`;
  throw new DbcredsError('NOT_EXECUTABLE', {
    message: `${where} holds a NUL character, which no program can be given`,
  });
}
