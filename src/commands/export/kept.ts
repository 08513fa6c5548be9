import { existsSync, fstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Stage } from '../command.ts';

/** Where stdout is a file, the password stays there: says so, in one line. */
export function warnOfFile({ context, terminal }: Stage, name: string): void {
  const stats = fstatSync(1);
  if (!stats.isFile()) return;
  const path = pathOfStdout();
  const facts = [
    `the password of ${name} is in the clear now in ${path === undefined ? 'a file' : basename(path)}`,
    ...((stats.mode & 0o077) === 0 || context.platform === 'win32' ? [] : ['others may read it (chmod 600)']),
    ...(isInGit(path === undefined ? context.cwd : dirname(path))
      ? ['it lies in a git work tree (.gitignore)']
      : []),
  ];
  terminal.say(`dbcreds: warning: ${facts.join('; ')}`);
}

/** Linux alone tells. */
function pathOfStdout(): string | undefined {
  try {
    return readlinkSync('/proc/self/fd/1');
  } catch {
    return undefined;
  }
}

function isInGit(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true;
    if (at === dirname(at)) return false;
  }
}
