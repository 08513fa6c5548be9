import { join } from 'node:path';
import { cached } from './cache.ts';
import type { Ground } from './ground.ts';
import { checkTools, starter, unpack } from './unstable.ts';

/** MySQL's server and client, which run from a folder of their own with nothing installed. */
export interface Programs {
  readonly mysqld: string;
  /** Where the server finds its own files. */
  readonly flags: readonly string[];
  /** Folder with `mysql` and its kin. */
  readonly clients: string;
}

/**
 * npm has no MySQL and Debian's stable releases have none either: these are the packages of Debian's unstable
 * branch.
 */
export async function mysqlPrograms(ground: Ground): Promise<Programs> {
  checkTools('MySQL');
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
  await unpack(folder, ['mysql-server-core', 'mysql-client-core']);
  starter(folder, 'mysqld', 'sbin');
  for (const name of ['mysql', 'mysqldump', 'mysqladmin']) starter(folder, name, 'bin');
}
