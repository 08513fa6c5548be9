import { resolve } from 'node:path';
import { candidatesFor } from './candidates.ts';
import { stateOf } from './files.ts';
import { formatOf, type Kind } from './format.ts';
import { brokenError, deniedError, directoryError, notFoundError } from './refusals.ts';

export interface Resolved {
  /** As execvp would hand it to the kernel: the path as typed, or `folder/command`. Absolute on Windows. */
  readonly file: string;
  readonly kind: Kind;
}

/**
 * Finds a command as execvp does, in the `PATH` of the environment that it will get: an empty entry and a relative one
 * count from the working directory, and a file that cannot be executed is passed over, but remembered.
 *
 * @param cwd absolute path
 * @throws DbcredsError `NOT_FOUND` (127), also where its interpreter is missing, or `NOT_EXECUTABLE` (126)
 */
export function resolveCommand(
  command: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
  platform: NodeJS.Platform,
): Resolved {
  let denied: string | undefined;
  for (const file of candidatesFor(command, env, cwd, platform)) {
    const state = stateOf(resolve(cwd, file));
    if (state === 'executable') return withFormat(file, cwd, platform);
    if (state === 'denied') denied ??= file;
    if (state === 'directory' && file === command) throw directoryError(command);
  }
  if (denied !== undefined) throw deniedError(denied);
  throw notFoundError(command, cwd);
}

function withFormat(file: string, cwd: string, platform: NodeJS.Platform): Resolved {
  const format = formatOf(resolve(cwd, file), platform);
  if (format.kind === 'broken') throw brokenError(file, format);
  return { file, kind: format.kind };
}
