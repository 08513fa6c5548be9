import type { Stage } from '../command.ts';
import { ok, problem, type Remark, warning } from './remark.ts';

/** The oldest that is tested. */
const oldest = [20, 19];

/** The Node that runs us, and how it becomes a command. */
export function lookAtNode({ context }: Stage): Remark[] {
  const { version, versions, execPath } = process;
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const [first = 0, second = 0] = oldest;
  const name = 'deno' in versions ? `Deno ${versions.deno}` : `Node ${version.slice(1)}`;
  const isOld = major < first || (major === first && minor < second);
  const replaces = 'execve' in process && context.platform !== 'win32';
  const how = replaces
    ? 'run becomes the command'
    : 'the command is a child of dbcreds, which waits for it (Node 22.15 on POSIX becomes it)';
  return [
    isOld
      ? problem(`${name} is too old: ${oldest.join('.')} is needed`)
      : ok(`${name} (${execPath}): ${how}`),
    ...foldersOf(context.env.PATH ?? ''),
  ];
}

/** Commands are looked up there: a folder that depends on where one stands may be a repository's. */
function foldersOf(path: string): Remark[] {
  const relative = path.split(':').filter((folder) => !folder.startsWith('/'));
  if (process.platform === 'win32' || path === '' || relative.length === 0) return [];
  return [warning('PATH has an entry that is empty or relative: a repository could bring a psql of its own')];
}
