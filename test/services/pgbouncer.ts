import { randomBytes } from 'node:crypto';
import { chownSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { temporary } from '../helpers/folders.ts';
import type { Pair } from './certificates.ts';
import { cleanEnvironment, Daemon } from './daemon.ts';
import { ownGround } from './ground.ts';
import { account } from './postgresql.ts';
import { onFreePort, type Server } from './server.ts';
import { use } from './use.ts';

/** A line of PgBouncer's own list. A verifier will do for the password, as it stands in `pg_authid`. */
export interface User {
  readonly user: string;
  readonly password: string;
}

export interface PoolerOptions {
  /**
   * `query`: it asks the server for the verifier, so that it knows of a new password at once. Default `file`: it knows
   * `users` alone.
   */
  readonly auth?: 'file' | 'query';
  readonly users?: readonly User[];
  /** When a server's connection goes back to the pool. Default `transaction`. */
  readonly mode?: 'transaction' | 'session' | 'statement';
  /** Connections to the server for each user and database. Default 1: two clients share one whenever they can. */
  readonly size?: number;
  /** What it shows its clients. Default `right`. */
  readonly certificate?: Pair;
}

/** A PgBouncer in front of a PostgreSQL, with TLS for its clients. It ends with the test. */
export class Pooler {
  readonly port: number;
  /** As the server, but by way of the pooler. Not for `asAdmin` and `newLogin`, which take the server itself. */
  readonly server: Server;
  /** What it logs. */
  readonly log: string;
  readonly #daemon: Daemon;
  readonly #setup: Setup;

  private constructor(daemon: Daemon, port: number, setup: Setup) {
    this.#daemon = daemon;
    this.#setup = setup;
    this.port = port;
    this.log = join(setup.folder, 'log');
    this.server = { ...setup.server, port };
  }

  /** @throws Unavailable where PgBouncer cannot be had; suites name the need `pgbouncer` */
  static async open(server: Server, options: PoolerOptions = {}): Promise<Pooler> {
    const programs = await use('pgbouncer');
    const { right } = await use('certificates');
    const setup = { folder: temporary('pgb'), server, admin: randomBytes(12).toString('hex') };
    const pooler = await onFreePort(async (port) => {
      prepare(setup, port, { certificate: right, ...options });
      return new Pooler(await start(setup, port, programs), port, setup);
    });
    atEndOfTest(() => pooler.close());
    return pooler;
  }

  /** Another list of users, in force when this returns. */
  async setUsers(users: readonly User[]): Promise<void> {
    writeUsers(this.#setup, users);
    await this.console('RELOAD');
  }

  /** A command of its console, such as `SHOW POOLS`, and the rows. */
  console(command: string): Promise<Record<string, unknown>[]> {
    return console(this.#setup, this.port, command);
  }

  async close(): Promise<void> {
    await this.#daemon.stop();
  }
}

interface Setup {
  readonly folder: string;
  readonly server: Server;
  /** The console's password. */
  readonly admin: string;
}

const ADMIN = 'pooler_admin';

function prepare(setup: Setup, port: number, options: PoolerOptions & { certificate: Pair }): void {
  const { folder, server } = setup;
  const { auth = 'file', mode = 'transaction', size = 1, certificate } = options;
  copyFileSync(certificate.cert, join(folder, 'server.crt'));
  copyFileSync(certificate.key, join(folder, 'server.key'));
  writeUsers(setup, options.users ?? []);
  const lines = [
    '[databases]',
    // With such a user, it asks `pg_shadow` for whom it does not know.
    `* = host=${server.socket} port=${server.port}${auth === 'query' ? ' auth_user=postgres' : ''}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${join(folder, 'users')}`,
    `admin_users = ${ADMIN}`,
    `pool_mode = ${mode}`,
    `default_pool_size = ${size}`,
    'ignore_startup_parameters = extra_float_digits',
    'server_login_retry = 0.1',
    'client_tls_sslmode = require',
    `client_tls_cert_file = ${join(folder, 'server.crt')}`,
    `client_tls_key_file = ${join(folder, 'server.key')}`,
  ];
  writeFileSync(join(folder, 'ini'), `${lines.join('\n')}\n`);
  give(folder, '.', 'ini', 'server.crt', 'server.key');
}

function writeUsers(setup: Setup, users: readonly User[]): void {
  const all = [...users, { user: ADMIN, password: setup.admin }, { user: 'postgres', password: '' }];
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = all.map(({ user, password }) => `${quote(user)} ${quote(password)}\n`);
  writeFileSync(join(setup.folder, 'users'), lines.join(''));
  give(setup.folder, 'users');
}

/** To the user that it runs as, since it does not run as root. */
function give(folder: string, ...names: string[]): void {
  const user = account();
  if (user) for (const name of names) chownSync(join(folder, name), user.uid, user.gid);
}

async function start(
  setup: Setup,
  port: number,
  { file, libraries }: { file: string; libraries: string },
): Promise<Daemon> {
  const user = account();
  const daemon = await Daemon.start({
    command: file,
    args: [join(setup.folder, 'ini')],
    env: { ...cleanEnvironment(), ...(libraries && { LD_LIBRARY_PATH: libraries }) },
    log: join(setup.folder, 'log'),
    // An orderly end waits for clients.
    signal: 'SIGTERM',
    ready: async () => (await console(setup, port, 'SHOW CONFIG')).length > 0,
    ...(user && { user }),
  });
  (await ownGround()).own(daemon);
  return daemon;
}

async function console({ admin, folder }: Setup, port: number, command: string): Promise<Row[]> {
  const ssl = { ca: [], rejectUnauthorized: false, servername: 'localhost' };
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: ADMIN,
    password: admin,
    database: 'pgbouncer',
    ssl,
  });
  client.on('error', () => folder);
  await client.connect();
  try {
    return (await client.query(command)).rows;
  } finally {
    await client.end();
  }
}

type Row = Record<string, unknown>;
