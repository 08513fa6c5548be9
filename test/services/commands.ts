import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** Absolute paths by name. */
export type Commands = Readonly<Record<string, string>>;

/** Debian's package of each command. The `-core` ones hold the programs without starting a service. */
const packages: Commands = {
  psql: 'postgresql-client',
  mariadbd: 'mariadb-server-core',
  'mariadb-install-db': 'mariadb-server-core',
  mariadb: 'mariadb-client-core',
  'gnome-keyring-daemon': 'gnome-keyring',
  'dbus-daemon': 'dbus',
  'dbus-send': 'dbus',
  'dbus-test-tool': 'dbus-tests',
  'secret-tool': 'libsecret-tools',
  python3: 'python3',
  age: 'age',
  'age-keygen': 'age',
  direnv: 'direnv',
  systemctl: 'systemd',
  'systemd-analyze': 'systemd',
  'systemd-notify': 'systemd',
  'systemd-socket-activate': 'systemd',
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  man: 'man-db',
  mandoc: 'mandoc',
  tini: 'tini',
};

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The absolute path, or `undefined`. */
export function find(command: string): string | undefined {
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds the commands, and installs the packages of those that are missing where that can be done.
 *
 * @throws Unavailable naming what is missing
 */
export async function commands(ground: Ground, ...names: string[]): Promise<Commands> {
  const missing = names.filter((name) => !find(name));
  // One at a time: apt-get holds a lock.
  if (missing.length > 0) await ground.serially('apt-get', () => install(ground, missing));
  return Object.fromEntries(names.map((name) => [name, find(name) ?? lacks(name)]));
}

function lacks(name: string): never {
  throw new Unavailable(`${name} is not installed (Debian package ${packages[name]})`);
}

async function install(ground: Ground, names: readonly string[]): Promise<void> {
  const wanted = [...new Set(names.filter((name) => !find(name)).map((name) => packages[name] ?? name))];
  if (wanted.length > 0) await installPackages(ground, wanted);
}

/** Installs Debian packages, where that can be done. */
export async function installPackages(ground: Ground, names: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || !find('apt-get')) return;
  ground.say(`installing Debian packages: ${names.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await updateLists(ground);
  await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
}

/** Has apt-get learn what there is, once in a run. */
export const updateLists = (ground: Ground): Promise<string> =>
  ground.once('apt-get update', () => must('apt-get', ['update', '-qq'], { env: process.env }));

/** The programs that a Secret Service is made of, and a client for it. */
export const secretService = (ground: Ground): Promise<Commands> =>
  commands(ground, 'dbus-daemon', 'dbus-send', 'dbus-test-tool', 'gnome-keyring-daemon', 'secret-tool');

export const tini = (ground: Ground): Promise<Commands> => commands(ground, 'tini');

export const age = (ground: Ground): Promise<Commands> => commands(ground, 'age', 'age-keygen');

export const shells = (ground: Ground): Promise<Commands> => commands(ground, 'bash', 'zsh', 'fish');

export const man = (ground: Ground): Promise<Commands> => commands(ground, 'man', 'mandoc');

export const systemdAnalyze = (ground: Ground): Promise<Commands> => commands(ground, 'systemd-analyze');

export const direnv = (ground: Ground): Promise<Commands> => commands(ground, 'direnv');

/** A pseudo-terminal, for which the binary of the system's kind must be there. */
export async function pty(): Promise<{ works: true }> {
  try {
    const { spawn } = await import('@lydell/node-pty');
    const child = spawn('true', [], {});
    await new Promise((resolve) => child.onExit(resolve));
    return { works: true };
  } catch (error) {
    throw new Unavailable(`no pseudo-terminal: ${error instanceof Error ? error.message : error}`);
  }
}
