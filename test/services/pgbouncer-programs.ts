import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { find, updateLists } from './commands.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** PgBouncer, and the folder of the libraries that this machine lacked. */
export interface Programs {
  readonly file: string;
  readonly libraries: string;
}

const libraries = 'usr/lib/x86_64-linux-gnu';

/**
 * PgBouncer from Debian's package, unpacked into a folder: installing it would start a service.
 *
 * @throws Unavailable where there is no such package
 */
export async function start(ground: Ground): Promise<Programs> {
  const installed = find('pgbouncer');
  if (installed) return { file: installed, libraries: '' };
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (!find(tool)) throw new Unavailable(`PgBouncer comes from Debian's packages, and ${tool} is not here`);
  }
  const folder = await cached('pgbouncer-1', (draft) => fetch(ground, draft)).catch((error: Error) => {
    throw new Unavailable(`PgBouncer cannot be fetched: ${error.message}`);
  });
  // PgBouncer does not run as root, and the cache can lie where no other user may enter.
  const root = join(ground.folder, 'pgbouncer');
  cpSync(join(folder, 'root'), root, { recursive: true, verbatimSymlinks: true });
  return { file: join(root, 'usr/sbin/pgbouncer'), libraries: join(root, libraries) };
}

async function fetch(ground: Ground, folder: string): Promise<void> {
  ground.say("fetching PgBouncer from Debian's packages");
  const packages = join(folder, 'packages');
  mkdirSync(join(packages, 'partial'), { recursive: true });
  const where = [
    '-o',
    `Dir::Cache::archives=${packages}`,
    '-o',
    'APT::Sandbox::User=root',
    '-o',
    'Debug::NoLocking=1',
  ];
  const flags = ['-qq', '-y', '--download-only', '--no-install-recommends'];
  await ground.serially('apt-get', async () => {
    if (process.getuid?.() === 0) await updateLists(ground);
    await must('apt-get', [...where, ...flags, 'install', 'pgbouncer'], { env: process.env });
  });
  for (const name of readdirSync(packages).filter((name) => name.endsWith('.deb'))) {
    await must('dpkg-deb', ['-x', join(packages, name), join(folder, 'root')]);
  }
  rmSync(packages, { recursive: true });
}
