import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace } from '../helpers/place.ts';
import { dbcreds, type Result } from '../helpers/program.ts';
import { project } from '../services/cache.ts';
import type { Login, Server } from '../services/server.ts';

type Engine = Server['engine'];

/** One way in which a client takes what it was given. Prints `user|database|t`, where `t` stands for TLS. */
export interface Route {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it needs the CA in `NODE_EXTRA_CA_CERTS`. */
  readonly extraCa?: true;
}

const script = (name: string): readonly string[] => [
  process.execPath,
  join(project, 'test/fixtures/clients', name),
];

const whoPostgres =
  'SELECT current_user, current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
const whoMysql = `SELECT CONCAT_WS('|', SUBSTRING_INDEX(USER(), '@', 1), DATABASE(),
  (SELECT IF(VARIABLE_VALUE = '', 'f', 't') FROM TABLE_OF_STATUS WHERE VARIABLE_NAME = 'Ssl_version'))`;

/** The option first, as the clients demand; nothing of the person's own is read. */
const line = (program: string, table: string): readonly string[] => [
  program,
  '--batch',
  '--raw',
  '--skip-column-names',
  '--execute',
  whoMysql.replace('TABLE_OF_STATUS', table),
];

const mysql2: readonly Route[] = [
  { name: 'mysql2 by DATABASE_URL', command: script('mysql2-url.mjs') },
  { name: 'mysql2 by MYSQL_*', command: script('mysql2-env.mjs'), extraCa: true },
];

/** Every client that the tests have, by engine. */
export const routes: Readonly<Record<Engine, readonly Route[]>> = {
  postgresql: [
    { name: 'psql by PG*', command: ['psql', '-XAtc', whoPostgres] },
    {
      name: 'psql by DATABASE_URL',
      command: [
        'sh',
        '-c',
        'for name in $(env | sed -n "s/^\\(PG[A-Z]*\\)=.*/\\1/p"); do unset "$name"; done; exec psql -XAtc "$0" "$DATABASE_URL"',
        whoPostgres,
      ],
    },
    { name: 'pg by DATABASE_URL', command: script('pg-url.mjs') },
    { name: 'pg by PG*', command: script('pg-env.mjs'), extraCa: true },
  ],
  mariadb: [{ name: 'mariadb', command: line('mariadb', 'information_schema.session_status') }, ...mysql2],
  mysql: [{ name: 'mysql', command: line('mysql', 'performance_schema.session_status') }, ...mysql2],
};

export interface Journey {
  readonly tls?: Readonly<Record<string, unknown>>;
  /** Over the profile's other keys. */
  readonly profile?: Readonly<Record<string, unknown>>;
  /** What the program inherits. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Each client under the built program, all at once. */
export function travelAll(
  server: Server,
  login: Login,
  journey?: Journey,
): Promise<(readonly [Route, Result])[]> {
  const each = routes[server.engine];
  return Promise.all(
    each.map(async (route) => [route, await travel(route, server, login, journey)] as const),
  );
}

/** Runs one client under the built program, which has the password from the environment. */
export function travel(
  { command, extraCa }: Route,
  server: Server,
  { user, password, database }: Login,
  { tls = { mode: 'verify-full', ca: 'certs/ca.pem' }, profile = {}, env = {} }: Journey = {},
): Promise<Result> {
  const place = newPlace();
  place.write('certs/ca.pem', readFileSync(server.ca, 'utf8'));
  const { engine, host, port } = server;
  const shop = {
    ...{ engine, host, port, user, database, provider: 'env' },
    tls: { ...tls, ...(extraCa && tls.ca !== undefined ? { nodeExtraCa: true } : {}) },
    ...profile,
  };
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: shop } });
  const all = { ...env, DBCREDS_DEV_PASSWORD: password, PATH: `${server.clients}:${place.env.PATH}` };
  return dbcreds(['run', '--env', 'dev', '--', ...command], { place, env: all });
}
