// The launch as a program of its own, under every Node, by exec and by spawn.
import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { temporary } from '../helpers/folders.ts';
import { use } from '../services/use.ts';

export interface Wrapper {
  readonly name: string;
  readonly by: 'exec' | 'spawn';
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

/** Node 20 has no execve; under the others `--stay` spawns too. */
export const versions = [
  ['20', 'spawn'],
  ['22', 'exec'],
  ['24', 'exec'],
  ['26', 'exec'],
  ['24', 'spawn'],
] as const;

export type Version = (typeof versions)[number];

export const folder: string = temporary('launch');

const program = build({
  entryPoints: [join(fixtures, 'wrapper.ts')],
  outfile: join(folder, 'wrapper.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  logLevel: 'error',
}).then(() => join(folder, 'wrapper.cjs'));

export async function wrapper([version, by]: Version): Promise<Wrapper> {
  const { file } = await use('node', version);
  const stay = by === 'spawn' ? ['--stay'] : [];
  return { name: `Node ${version}, ${by}`, by, argv: [file, await program, ...stay] };
}

/** Without the trust that a machine may add, which slows the start of Node 20. */
export const environment: NodeJS.ProcessEnv = { ...process.env };
delete environment.NODE_EXTRA_CA_CERTS;

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
