import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Server } from '../../services/server.ts';
import type { Client, Family, Kit } from './client.ts';

/** The engines' own command line clients, which come with the servers of the tests. */
export const native: Family = {
  name: 'native',
  install: async () => ({ folder: '/' }),
  clients: [psql()],
};

const whoPostgres =
  'SELECT current_user, current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';

function psql(): Client {
  return {
    name: 'psql',
    engine: 'postgresql',
    version: major('psql'),
    ways: [
      { by: 'url', command: () => ['sh', '-c', 'exec psql -XAtc "$0" "$DATABASE_URL"', whoPostgres] },
      { by: 'variables', command: () => ['psql', '-XAtc', whoPostgres] },
    ],
  };
}

/** The first number that the program says of itself and that has a point in it. */
function major(program: string): (kit: Kit, server: Server) => string {
  return (_, { clients }) => {
    const said = execFileSync(join(clients, program), ['--version'], { encoding: 'utf8' });
    return /(\d+)\.\d+/.exec(said.replace(/^.*Distrib/, ''))?.[1] ?? '?';
  };
}
