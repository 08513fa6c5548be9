// The launch as a program of its own, under every Node, by exec and by spawn.
import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { newPlace } from '../helpers/place.ts';
import { cli } from '../helpers/program.ts';
import { use } from '../services/use.ts';

export interface Wrapper {
  /** The program and its first arguments: the command follows. */
  readonly argv: readonly [string, ...string[]];
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const fixtures: string = fileURLToPath(new URL('../fixtures/launch', import.meta.url));

/** Node 20 has no execve. Where it spawns though it could exec, it is a program that does nothing but launch. */
export const versions = [
  ['20', 'spawn'],
  ['22', 'exec'],
  ['24', 'exec'],
  ['26', 'exec'],
  ['24', 'spawn'],
] as const;

export type Version = (typeof versions)[number];

const place = newPlace();
place.write('dbcreds.json', {
  project: 'shop',
  profiles: { dev: { url: 'postgresql://shop@localhost/shop' } },
});

/** Where the commands run. */
export const folder: string = place.cwd;

export const environment: Readonly<Record<string, string>> = {
  ...place.env,
  DBCREDS_DEV_URL: 'postgresql://shop:s3cret@localhost/shop',
};

const launcher = build({
  entryPoints: [join(fixtures, 'wrapper.ts')],
  outfile: join(place.folder, 'wrapper.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  logLevel: 'error',
}).then(() => join(place.folder, 'wrapper.cjs'));

/** `dbcreds run` as it was built. */
export async function wrapper(version: Version): Promise<Wrapper> {
  if (version[0] !== '20' && version[1] === 'spawn') return bare(version, '--stay');
  const { file } = await use('node', version[0]);
  return { argv: [file, cli, 'run', '--env', 'dev', '--'] };
}

/** The launch alone, with the options of the fixture. */
export async function bare([version, by]: Version, ...options: string[]): Promise<Wrapper> {
  const { file } = await use('node', version);
  return { argv: [file, await launcher, ...(by === 'spawn' ? ['--stay'] : []), ...options] };
}

/** Runs a command to its end, as a parent sees it. */
export async function run(
  argv: readonly string[],
  { input = '', ...options }: SpawnOptions & { input?: string } = {},
): Promise<Ending> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cwd: folder, env: environment, ...options });
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.stderr += chunk;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}
