import { cpSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { serveMysql } from './mariadb.ts';
import { mysqlPrograms, type Programs } from './mysql-programs.ts';
import type { Server } from './server.ts';
import type { Variant } from './use.ts';

/** A MySQL of its own for each variant: a copy of one fresh data folder. */
export async function start(ground: Ground, variant: string): Promise<Server> {
  const programs = await ground.once('mysql/programs', () => mysqlPrograms(ground));
  const template = await ground.once('mysql/template', () => initialise(ground, programs));
  const data = join(ground.folder, `mysql-${variant}`);
  cpSync(template, data, { recursive: true });
  return serveMysql(ground, {
    engine: 'mysql',
    command: programs.mysqld,
    args: [...programs.flags, '--mysqlx=OFF', '--secure-file-priv=NULL', ...(habits[variant] ?? [])],
    data,
    certificates: await ground.use('certificates'),
    variant: variant as Variant,
    connections: variant === 'small' ? 1 : 90,
    clients: programs.clients,
  });
}

const habits: Readonly<Record<string, readonly string[]>> = {
  plain: ['--tls-version='],
  noisy: ['--log-error-verbosity=3'],
  strict: ['--plugin-load-add=validate_password.so', '--validate-password=FORCE_PLUS_PERMANENT'],
  raw: ['--log-error-verbosity=3', '--log-raw'],
};

async function initialise(ground: Ground, { mysqld, flags }: Programs): Promise<string> {
  const data = join(ground.folder, 'mysql');
  mkdirSync(data);
  await must(mysqld, [
    '--no-defaults',
    ...flags,
    '--initialize-insecure',
    `--datadir=${data}`,
    `--user=${userInfo().username}`,
    '--innodb-redo-log-capacity=8M',
  ]);
  return data;
}
