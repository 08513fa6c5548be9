import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { find } from './commands.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** MySQL's server and client, which run from a folder of their own with nothing installed. */
export interface Programs {
  readonly mysqld: string;
  /** Where the server finds its own files. */
  readonly flags: readonly string[];
  /** Folder with `mysql` and its kin. */
  readonly clients: string;
}

const loader = 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';
const libraries = 'usr/lib/x86_64-linux-gnu';

/**
 * npm has no MySQL and Debian's stable releases have none either: these are the packages of Debian's unstable
 * branch, unpacked beside their own C library, so that they run on any Linux with the same processor.
 */
export async function mysqlPrograms(ground: Ground): Promise<Programs> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Unavailable('MySQL is for x64 Linux here');
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (!find(tool)) throw new Unavailable(`MySQL comes from Debian's packages, and ${tool} is not here`);
  }
  const folder = await cached('mysql-1', (draft) => fetch(ground, draft));
  const root = join(folder, 'root');
  return {
    mysqld: join(folder, 'bin/mysqld'),
    flags: [
      `--basedir=${root}/usr`,
      `--lc-messages-dir=${root}/usr/share/mysql`,
      `--plugin-dir=${root}/usr/lib/mysql/plugin`,
    ],
    clients: join(folder, 'bin'),
  };
}

async function fetch(ground: Ground, folder: string): Promise<void> {
  ground.say("fetching MySQL from Debian's unstable branch");
  const packages = join(folder, 'packages');
  await download(packages, await mirror());
  const root = join(folder, 'root');
  for (const file of readdirSync(join(packages, 'archives')).filter((name) => name.endsWith('.deb'))) {
    await must('dpkg-deb', ['-x', join(packages, 'archives', file), root]);
  }
  rmSync(packages, { recursive: true });
  mkdirSync(join(folder, 'bin'));
  starter(folder, 'mysqld', 'sbin');
  for (const name of ['mysql', 'mysqldump', 'mysqladmin']) starter(folder, name, 'bin');
}

/** The mirror that this machine already uses. */
async function mirror(): Promise<string> {
  const listed = await must('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const found = listed.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (!found)
    throw new Unavailable("MySQL comes from Debian's packages, and apt-get names no mirror of Debian");
  return found;
}

/** apt-get with lists, cache and state of its own, so that nothing of the system's is read or changed. */
async function download(folder: string, from: string): Promise<void> {
  const path = (name: string): string => join(folder, name);
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(path(name), { recursive: true });
  writeFileSync(path('status'), '');
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(path('sources.list'), `deb [signed-by=${keys}] ${from} sid main\n`);
  const options = [
    `Dir::Etc::sourcelist=${path('sources.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::Lists=${path('lists')}`,
    `Dir::State::status=${path('status')}`,
    `Dir::Cache=${folder}`,
    `Dir::Cache::archives=${path('archives')}`,
    'Acquire::Languages=none',
    // A mirror can be a snapshot of some day. The signatures hold all the same.
    'Acquire::Check-Valid-Until=false',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const env = process.env;
  await must('apt-get', [...options, '-qq', 'update'], { env });
  const wanted = ['mysql-server-core', 'mysql-client-core'];
  const flags = ['-qq', '-y', '--download-only', '--no-install-recommends'];
  await must('apt-get', [...options, ...flags, 'install', ...wanted], { env });
}

/** Starts a program with the C library that lies beside it. Finds both from its own place: the folder gets renamed. */
function starter(folder: string, name: string, from: 'bin' | 'sbin'): void {
  const file = join(folder, 'bin', name);
  writeFileSync(
    file,
    `#!/bin/sh
root=$(dirname "$0")/../root
exec "$root/${loader}" --library-path "$root/${libraries}" --argv0 "$0" "$root/usr/${from}/${name}" "$@"
`,
  );
  chmodSync(file, 0o755);
}
