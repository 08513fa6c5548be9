import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { temporary } from '../helpers/folders.ts';
import { newPlace } from '../helpers/place.ts';
import { program, type Result } from '../helpers/program.ts';
import { project } from '../services/cache.ts';

/** What `npm pack` says of the package. */
export interface Packed {
  /** The archive. */
  readonly file: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

/** A prefix that npm installed the package into. */
export interface Installed {
  readonly prefix: string;
  /** The folder of the package. */
  readonly root: string;
  /** To be put in front of `PATH`. */
  readonly bin: string;
}

/** The variables of an npm of ours do not reach the one that is tried; where it downloads from does. */
export function npmEnvironment(): Record<string, string | undefined> {
  const { npm_config_userconfig, npm_config_cache } = process.env;
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      /^(npm_config_registry|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy)$/i.test(name) || /^NPM_/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    npm_config_userconfig: npm_config_userconfig ?? join(homedir(), '.npmrc'),
    npm_config_cache: npm_config_cache ?? join(homedir(), '.npm'),
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

/** Runs npm as somebody whose home is empty. @throws where it fails */
export async function npm(args: readonly string[], cwd: string, env = {}): Promise<Result> {
  const options = { cwd, place: newPlace(), env: { ...npmEnvironment(), ...env }, timeout: 120_000 };
  const result = await program('npm', args, options);
  if (result.code !== 0) throw new Error(`npm ${args.join(' ')}: ${result.code}\n${result.output}`);
  return result;
}

/** Packs the package as it was built. */
export async function pack(): Promise<Packed> {
  const folder = temporary('pack');
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename, ...packed }] = JSON.parse((await npm(args, project)).stdout);
  return { ...packed, file: join(folder, filename) };
}

/** Installs an archive for everybody, into an empty prefix. */
export async function install(archive: string): Promise<Installed> {
  const prefix = temporary('i');
  await npm(['install', '--global', '--prefix', prefix, archive], prefix);
  return placed(prefix);
}

/** Installs an archive into a project of its own, without what npm counts as optional. (For everybody, npm 11 leaves nothing out.) */
export async function installWithoutOptional(archive: string): Promise<Installed> {
  const folder = temporary('i');
  writeFileSync(join(folder, 'package.json'), '{}');
  await npm(['install', '--omit=optional', archive], folder);
  return {
    prefix: folder,
    root: join(folder, 'node_modules/dbcreds'),
    bin: join(folder, 'node_modules/.bin'),
  };
}

/** A copy of an installation, without the binary of the keychain. */
export function withoutBinary({ prefix }: Installed): Installed {
  const copy = temporary('i');
  cpSync(prefix, copy, { recursive: true, verbatimSymlinks: true });
  const installed = placed(copy);
  const scope = join(installed.root, 'node_modules/@napi-rs');
  const binaries = readdirSync(scope).filter((name) => name.startsWith('keyring-'));
  if (binaries.length === 0) throw new Error('there is no binary to take away');
  for (const name of binaries) rmSync(join(scope, name), { recursive: true });
  return installed;
}

const placed = (prefix: string): Installed => ({
  prefix,
  root: join(prefix, 'lib/node_modules/dbcreds'),
  bin: join(prefix, 'bin'),
});
