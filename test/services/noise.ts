import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findSecret } from '../helpers/leak.ts';
import { asAdmin, type Server } from './server.ts';

/** Something that a server wrote: a file of its, or what a view shows. */
export interface Written {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Views that keep statements in memory. */
const views: Readonly<Record<Server['engine'], readonly string[]>> = {
  postgresql: ['pg_stat_statements', 'pg_stat_activity', 'pg_prepared_statements'],
  mariadb: performanceSchema(),
  mysql: [...performanceSchema(), 'performance_schema.error_log', 'performance_schema.processlist'],
};

function performanceSchema(): string[] {
  const tables = ['current', 'history', 'history_long', 'summary_by_digest'];
  return [
    ...tables.map((table) => `performance_schema.events_statements_${table}`),
    'performance_schema.threads',
    'information_schema.processlist',
  ];
}

/**
 * Every byte that the server wrote so far: logs of each kind, binary logs, tables and write-ahead log as they lie on
 * the disk, and what its views show. For a server of the variant `noisy` (or `raw`), which keeps everything.
 */
export async function written(server: Server): Promise<Written[]> {
  await asAdmin(server, ...preparations[server.engine]);
  const shown: Written[] = [];
  for (const view of views[server.engine]) {
    const rows = await asAdmin(server, `SELECT * FROM ${view}`);
    shown.push({
      where: view,
      bytes: Buffer.from(rows.map((row) => Object.values(row).join('\n')).join('\n')),
    });
  }
  return [...shown, ...files(server).map((file) => ({ where: file, bytes: readFileSync(file) }))];
}

/** What is still in memory goes to the disk. */
const preparations: Readonly<Record<Server['engine'], readonly string[]>> = {
  postgresql: ['CREATE EXTENSION IF NOT EXISTS pg_stat_statements', 'CHECKPOINT'],
  mariadb: ['FLUSH LOGS', 'FLUSH TABLES'],
  mysql: ['FLUSH LOGS', 'FLUSH TABLES'],
};

/** The data folder, and the files beside it that bear its name. */
function files({ engine, log, socket }: Server): string[] {
  const data = engine === 'postgresql' ? socket : socket.replace(/\.sock$/, '');
  const beside = readdirSync(dirname(log))
    .filter((name) => name.startsWith(`${basename(data)}.`))
    .map((name) => join(dirname(log), name));
  const within = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name));
  return [...beside, ...within].filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** Where the server wrote the secret, in any encoding. One line for each find. */
export async function leaks(server: Server, secret: string): Promise<string[]> {
  const all = await written(server);
  return all.flatMap(({ where, bytes }) => findSecret(bytes, secret).map((form) => `${where} (${form})`));
}
