import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.ts';
import type { Ground } from './ground.ts';
import { checkTools, starter, unpack } from './unstable.ts';
import { Unavailable } from './use.ts';

/** Folder of programs that dump only servers which are no newer than they are. */
export interface Programs {
  readonly folder: string;
}

/** Debian's stable release has none that is new enough for the server of the tests. */
export async function start(ground: Ground): Promise<Programs> {
  checkTools('pg_dump');
  const made = await cached('postgresql-clients-1', async (folder) => {
    ground.say("fetching pg_dump from Debian's unstable branch");
    const root = await unpack(folder, ['postgresql-client']);
    const [version = ''] = readdirSync(join(root, 'usr/lib/postgresql'));
    for (const name of ['psql', 'pg_dump']) starter(folder, name, `lib/postgresql/${version}/bin`);
  }).catch((error: Error) => {
    throw new Unavailable(`pg_dump cannot be fetched: ${error.message}`);
  });
  return { folder: join(made, 'bin') };
}
