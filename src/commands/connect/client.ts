import { existsSync } from 'node:fs';
import type { Context } from '../../context.ts';
import { DbcredsError, type Hint } from '../../errors.ts';
import { type Resolved, resolveCommand } from '../../launch/index.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { Engine } from '../../profiles/target.ts';
import { inheritedOf } from '../../run/environment.ts';

export interface Client {
  readonly name: string;
  readonly resolved: Resolved;
}

/** The own one of each engine first. MySQL's and MariaDB's speak to both servers, and read option files of both. */
export const clientNames: Readonly<Record<Engine, readonly string[]>> = {
  postgresql: ['psql'],
  mysql: ['mysql', 'mariadb'],
  mariadb: ['mariadb', 'mysql'],
};

/** @throws DbcredsError `NOT_FOUND`, with what to install; `NOT_EXECUTABLE` */
export function findClient(context: Context, { name, target }: Profile): Client {
  const names = clientNames[target.engine];
  for (const one of names) {
    const resolved = find(context, one);
    if (resolved) return { name: one, resolved };
  }
  throw new DbcredsError('NOT_FOUND', {
    message: `no ${names.join(' or ')} is on the PATH: ${name} is ${target.engine}`,
    hints: [
      ...packageHint(context.platform, target.engine),
      ['log in without one:', `dbcreds test ${name}`],
      ['use another client:', `dbcreds run --env ${name} -- ...`],
    ],
  });
}

function find(context: Context, name: string): Resolved | undefined {
  try {
    return resolveCommand(name, inheritedOf(context), context.cwd, context.platform);
  } catch (error) {
    if (error instanceof DbcredsError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** Where the package manager of a system lies, how it installs, and what the clients are called there. */
const managers: readonly (readonly [
  file: string,
  install: string,
  names: Readonly<Record<Engine, string>>,
])[] = [
  [
    '/usr/bin/apt-get',
    'sudo apt-get install',
    { postgresql: 'postgresql-client', mysql: 'default-mysql-client', mariadb: 'mariadb-client' },
  ],
  ['/usr/bin/dnf', 'sudo dnf install', { postgresql: 'postgresql', mysql: 'mysql', mariadb: 'mariadb' }],
  [
    '/sbin/apk',
    'apk add',
    { postgresql: 'postgresql-client', mysql: 'mysql-client', mariadb: 'mariadb-client' },
  ],
  [
    '/usr/bin/pacman',
    'sudo pacman -S',
    { postgresql: 'postgresql-libs', mysql: 'mariadb-clients', mariadb: 'mariadb-clients' },
  ],
  [
    '/usr/bin/zypper',
    'sudo zypper install',
    { postgresql: 'postgresql', mysql: 'mariadb-client', mariadb: 'mariadb-client' },
  ],
];

/** What to type for a missing client, where the package manager is known. */
export function packageHint(platform: NodeJS.Platform, engine: Engine): Hint[] {
  if (platform === 'darwin') {
    const formula = { postgresql: 'libpq', mysql: 'mysql-client', mariadb: 'mariadb' }[engine];
    return [['install it:', `brew install ${formula}`]];
  }
  const [, install, names] = managers.find(([file]) => existsSync(file)) ?? [];
  return names ? [['install it:', `${install} ${names[engine]}`]] : [];
}
