import { use } from '../../services/use.ts';
import type { Client, Family } from './client.ts';
import { said } from './program.ts';

/** The engines' own command line clients, which come with the servers of the tests. */
export const native: Family = {
  name: 'native',
  install: async () => ({ folder: '/' }),
  clients: [
    psql(),
    line('mysql', 'mysql', 'performance_schema'),
    dump('mysql', 'mysqldump'),
    line('mariadb', 'mariadb', 'information_schema'),
    dump('mariadb', 'mariadb-dump'),
  ],
};

/** Of an age that the server lets dump it. */
export const dumps: Family = {
  name: 'pg_dump',
  need: 'postgresql-clients',
  install: async () => {
    const { folder } = await use('postgresql-clients');
    return { folder, path: [folder] };
  },
  clients: [pgDump()],
};

function psql(): Client {
  const who = 'SELECT current_user, current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  return {
    name: 'psql',
    engine: 'postgresql',
    version: said('psql'),
    ways: [
      { by: 'url', command: () => ['sh', '-c', 'exec psql -XAtc "$0" "$DATABASE_URL"', who] },
      { by: 'variables', command: () => ['psql', '-XAtc', who] },
    ],
  };
}

function pgDump(): Client {
  const prints = /-- PostgreSQL database dump complete/;
  return {
    name: 'pg_dump',
    engine: 'postgresql',
    version: (kit, server) => said('pg_dump')(kit, { ...server, clients: kit.folder }),
    ways: [
      { by: 'url', prints, command: () => ['sh', '-c', 'exec pg_dump "$DATABASE_URL"'] },
      { by: 'variables', prints, command: () => ['pg_dump'] },
    ],
  };
}

function line(engine: 'mysql' | 'mariadb', program: string, schema: string): Client {
  const who = `SELECT CONCAT_WS('|', SUBSTRING_INDEX(USER(), '@', 1), DATABASE(), IF(VARIABLE_VALUE = '', 'f', 't'))
    FROM ${schema}.session_status WHERE VARIABLE_NAME = 'Ssl_version'`;
  return {
    name: program,
    engine,
    version: said(program),
    ways: [{ by: 'variables', command: () => [program, '--batch', '--skip-column-names', '--execute', who] }],
  };
}

function dump(engine: 'mysql' | 'mariadb', program: string): Client {
  const command = ['sh', '-c', `exec ${program} --no-tablespaces "$MYSQL_DATABASE"`];
  return {
    name: program,
    engine,
    version: said(program),
    ways: [{ by: 'variables', prints: /-- Dump completed/, command: () => command }],
  };
}
