import type { Stats } from 'node:fs';
import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { DbcredsError, shellWord } from '../errors.ts';

/**
 * A profile file decides where a password is sent: it must be the user's or root's, and nobody else may write it. One's
 * private group (of the same name and with nobody else in it, as Debian and Fedora give each user) may.
 *
 * @throws DbcredsError `UNSAFE_FILE`
 */
export function assertUnshared(path: string, stats: Stats, context: Context): void {
  const uid = process.getuid?.();
  if (context.platform === 'win32' || uid === undefined) return;
  if (!stats.isFile())
    throw unsafe(path, 'is not a regular file', ['see what it is', `ls -ld ${shellWord(path)}`]);
  if (stats.uid !== uid && stats.uid !== 0)
    throw unsafe(path, `belongs to user ${stats.uid}, not to you (${uid}) or root`, [
      'make it yours',
      `sudo chown ${uid} ${shellWord(path)}`,
    ]);
  if (stats.mode & 0o002)
    throw unsafe(path, 'can be written by everyone', ['take that away', `chmod o-w ${shellWord(path)}`]);
  if (stats.mode & 0o020 && !isPrivateGroup(stats.gid))
    throw unsafe(path, `can be written by group ${stats.gid}`, [
      'take that away',
      `chmod g-w ${shellWord(path)}`,
    ]);
}

function isPrivateGroup(gid: number): boolean {
  let [username, groups] = ['', ''];
  try {
    const user = process.getBuiltinModule('node:os').userInfo();
    if (gid !== user.gid) return false;
    username = user.username;
    groups = readFileSync('/etc/group', 'utf8');
  } catch {
    // A container's user often has no entry in /etc/passwd, and then no group that is known to be private.
    return false;
  }
  const line = groups.split('\n').find((entry) => entry.split(':')[2] === String(gid));
  const [name, , , members = ''] = line?.split(':') ?? [];
  return name === username && (members === '' || members === username);
}

function unsafe(path: string, why: string, hint: readonly [string, string]): DbcredsError {
  return new DbcredsError('UNSAFE_FILE', {
    kind: 'refused',
    message: `${path} ${why}`,
    note: 'Whoever can write a profile file can send a password elsewhere, so it is not used at all.',
    hints: [hint],
  });
}
