import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Certificates, Pair } from './certificates.ts';
import { commands } from './commands.ts';
import { Daemon, must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { asAdmin, onFreePort, type Server } from './server.ts';
import { faceOf, type Variant } from './use.ts';

/** A MariaDB of its own for each variant: a copy of one fresh data folder. */
export async function start(ground: Ground, variant: string): Promise<Server> {
  const found = await commands(ground, 'mariadbd', 'mariadb-install-db', 'mariadb');
  const { mariadbd = '', mariadb = '' } = found;
  const template = await ground.once('mariadb/template', () =>
    install(ground, found['mariadb-install-db'] ?? ''),
  );
  const data = join(ground.folder, `maria-${variant}`);
  cpSync(template, data, { recursive: true });
  const certificates = await ground.use('certificates');
  return serveMysql(ground, {
    engine: 'mariadb',
    command: mariadbd,
    args: habits[variant] ?? [],
    data,
    certificates,
    variant: variant as Variant,
    // MariaDB takes no smaller number.
    connections: variant === 'small' ? 10 : 90,
    clients: dirname(mariadb),
  });
}

const habits: Readonly<Record<string, readonly string[]>> = {
  plain: ['--skip-ssl'],
  noisy: [
    '--plugin-load-add=server_audit;sql_errlog',
    '--server-audit-logging=ON',
    '--sql-error-log-rate=1',
    '--log-warnings=9',
  ],
  // Strict refuses a hash, which nobody can check.
  strict: ['--plugin-load-add=simple_password_check', '--strict-password-validation=ON'],
};

async function install(ground: Ground, program: string): Promise<string> {
  const data = join(ground.folder, 'maria');
  mkdirSync(data);
  await must(program, [
    '--no-defaults',
    `--datadir=${data}`,
    `--user=${userInfo().username}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=8M',
  ]);
  return data;
}

export interface MysqlOptions {
  readonly engine: 'mysql' | 'mariadb';
  readonly command: string;
  readonly args: readonly string[];
  readonly data: string;
  readonly certificates: Certificates;
  readonly variant: Variant;
  readonly connections: number;
  readonly clients: string;
}

/** Starts the server of either family: what both know, and what the caller adds. */
export function serveMysql(ground: Ground, options: MysqlOptions): Promise<Server> {
  return onFreePort((port) => serve(ground, port, options));
}

async function serve(ground: Ground, port: number, options: MysqlOptions): Promise<Server> {
  const { data, certificates, variant, connections } = options;
  const log = `${data}.statements.log`;
  writeFileSync(log, '');
  const server: Server = {
    engine: options.engine,
    host: 'localhost',
    port,
    socket: `${data}.sock`,
    ca: certificates.ca,
    log,
    version: '',
    connections,
    clients: options.clients,
  };
  const face = faceOf(variant);
  const pair: Pair | undefined = face === 'plain' ? undefined : certificates[face];
  const daemon = await Daemon.start({
    command: options.command,
    args: [
      '--no-defaults',
      ...options.args,
      `--datadir=${data}`,
      `--user=${userInfo().username}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${server.socket}`,
      `--pid-file=${data}.pid`,
      ...(loud(variant) ? noise(data) : ['--skip-log-bin']),
      '--innodb-buffer-pool-size=16M',
      '--innodb-flush-log-at-trx-commit=0',
      `--max-connections=${connections}`,
      '--general-log',
      `--general-log-file=${log}`,
      ...(pair ? tls(certificates.ca, pair) : []),
    ],
    log: `${data}.log`,
    ready: async () => (await asAdmin(server, 'SELECT 1')).length === 1,
  });
  ground.own(daemon);
  const [row] = await asAdmin(server, 'SELECT VERSION() AS version');
  return { ...server, version: String(row?.version) };
}

const loud = (variant: Variant): boolean => variant === 'noisy' || variant === 'raw';

/** Every log that both families know: files that start with the data folder's name, or lie in it. */
const noise = (data: string): string[] => [
  '--server-id=1',
  `--log-bin=${data}/binlog`,
  '--log-output=FILE,TABLE',
  '--slow-query-log',
  `--slow-query-log-file=${data}.slow.log`,
  '--long-query-time=0',
  '--log-queries-not-using-indexes',
  '--log-slow-admin-statements',
  '--performance-schema',
  '--performance-schema-consumer-events-statements-current=ON',
  '--performance-schema-consumer-events-statements-history=ON',
  '--performance-schema-consumer-events-statements-history-long=ON',
];

/** Everybody comes with TLS or by the socket. */
const tls = (ca: string, { cert, key }: Pair): string[] => [
  `--ssl-ca=${ca}`,
  `--ssl-cert=${cert}`,
  `--ssl-key=${key}`,
  '--require-secure-transport=ON',
];
