import { Client } from 'pg';
import type { Server } from '../services/server.ts';

/** Holds the row of a PostgreSQL role, so that nobody else changes its password. @returns what lets go of it */
export async function lockRow({ socket, port }: Server, role: string): Promise<() => Promise<void>> {
  const client = new Client({ host: socket, port, user: 'postgres', database: 'postgres' });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`ALTER ROLE ${role} CONNECTION LIMIT 50`);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}
