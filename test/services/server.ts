import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

/** A running database server, as test files are told of it. */
export interface Server {
  readonly engine: 'postgresql' | 'mysql' | 'mariadb';
  /** `localhost`: the name in the certificates `right`, `ip`, `expired` and `otherCa`. */
  readonly host: string;
  readonly port: number;
  /** PostgreSQL: the socket's folder. Else the socket. Full access for the administrator without a password. */
  readonly socket: string;
  /** File of the authority that a client should trust (not the one that signed `otherCa`). */
  readonly ca: string;
  /** Every statement that the server got, among other lines. */
  readonly log: string;
  /** As the server says it, such as `18.4`. */
  readonly version: string;
  /** Connections that ordinary users can have at once. */
  readonly connections: number;
  /** Folder with the engine's own command line client; put it in front of `PATH`. */
  readonly clients: string;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts what listens on a port, up to three times: another program may take the port just before. */
export async function onFreePort<T>(start: (port: number) => Promise<T>, tries = 3): Promise<T> {
  const port = await freePort();
  return start(port).catch((error) => {
    if (tries <= 1) throw error;
    return onFreePort(start, tries - 1);
  });
}

/** Runs statements as the server's administrator, and gives back the rows of the last one. */
export async function asAdmin(server: Server, ...statements: string[]): Promise<Record<string, unknown>[]> {
  return server.engine === 'postgresql' ? postgres(server, statements) : mysql(server, statements);
}

async function postgres({ socket, port }: Server, statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ host: socket, port, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

async function mysql({ socket }: Server, statements: string[]): Promise<Record<string, unknown>[]> {
  const connection = await createConnection({ socketPath: socket, user: 'root' });
  try {
    let rows: unknown = [];
    for (const statement of statements) [rows] = await connection.query(statement);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}

/** A database of its own for a test, and a user that owns it. What is not given is made up. */
export async function newLogin(server: Server, wanted: Partial<Login> = {}): Promise<Login> {
  const mark = randomBytes(4).toString('hex');
  const login = { user: `app_${mark}`, password: `pw-${mark}-Zz9`, database: `shop_${mark}`, ...wanted };
  await asAdmin(server, ...(server.engine === 'postgresql' ? postgresLogin(login) : mysqlLogin(login)));
  return login;
}

function postgresLogin({ user, password, database }: Login): string[] {
  const quoted = `"${user.replaceAll('"', '""')}"`;
  const literal = `E'${password.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return [
    `CREATE ROLE ${quoted} LOGIN PASSWORD ${literal}`,
    `CREATE DATABASE "${database.replaceAll('"', '""')}" OWNER ${quoted}`,
  ];
}

function mysqlLogin({ user, password, database }: Login): string[] {
  const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  const account = `${literal(user)}@'%'`;
  return [
    `CREATE DATABASE \`${database.replaceAll('`', '``')}\``,
    `CREATE USER ${account} IDENTIFIED BY ${literal(password)}`,
    `GRANT ALL ON \`${database.replaceAll('`', '``')}\`.* TO ${account}`,
  ];
}
