import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace } from '../test/helpers/place.ts';
import { cached } from '../test/services/cache.ts';
import { must } from '../test/services/daemon.ts';
import type { Keychain } from '../test/services/keychain.ts';
import type { Subject } from './subjects.ts';

interface Peer {
  readonly pack: string;
  readonly version: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Programs that people use for the same today, each the quickest way that its help tells. */
const peers: readonly Peer[] = [
  { pack: 'dotenv-cli', version: '11.0.0', args: ['-e', '.env', '--'] },
  { pack: 'env-cmd', version: '11.0.0', args: ['-f', '.env'] },
  { pack: '@dotenvx/dotenvx', version: '2.38.2', args: ['run', '--quiet', '-f', '.env', '--'] },
  {
    pack: 'varlock',
    version: '1.20.0',
    args: ['run', '--'],
    // Else it tells its makers of each run.
    env: { VARLOCK_TELEMETRY_DISABLED: 'true' },
  },
];

/** Fetches them where they are not there yet. */
export async function withPeers(): Promise<Subject[]> {
  const folder = await cached(`peers-${specs().join('-').replaceAll('/', '_')}`, install);
  const place = newPlace();
  place.write('.env', 'DATABASE_URL=postgresql://shop:s3cret@localhost:5432/shop\n');
  place.write('.env.schema', '# @sensitive @required\nDATABASE_URL=\n');
  return peers.map(({ pack, version, args, env }) => ({
    name: `${pack.replace(/^@\w+\//, '')} ${version}`,
    wraps: true,
    command: (node, child) => ({
      argv: [node, programOf(join(folder, 'node_modules', pack)), ...args, ...child],
      cwd: place.cwd,
      env: { ...place.env, ...env },
    }),
  }));
}

const specs = (): string[] => peers.map(({ pack, version }) => `${pack}@${version}`);

async function install(folder: string): Promise<void> {
  const flags = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--silent'];
  await must('npm', ['install', ...flags, '--prefix', folder, ...specs()], { env: process.env, cwd: folder });
}

function programOf(pack: string): string {
  const { bin } = JSON.parse(readFileSync(join(pack, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(pack, typeof bin === 'string' ? bin : (Object.values(bin)[0] ?? ''));
}

/** The desktop's own client, written in C: it prints one password, and runs nothing. */
export async function withSecretTool(keychain: Keychain): Promise<Subject> {
  const place = newPlace();
  await keychain.secretTool(['store', '--label=bench', 'bench', 'it'], 'Long-enough-4-a-benchmark');
  return {
    name: 'secret-tool lookup',
    wraps: false,
    command: () => ({
      argv: ['secret-tool', 'lookup', 'bench', 'it'],
      cwd: place.cwd,
      env: { ...place.env, ...keychain.env },
    }),
  };
}
