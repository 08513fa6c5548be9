import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace } from '../test/helpers/place.ts';
import { cached } from '../test/services/cache.ts';
import { must } from '../test/services/daemon.ts';
import type { Subject } from './subjects.ts';

/** Programs that people use for the same today: package, version, arguments. */
const peers: readonly [name: string, version: string, args: readonly string[]][] = [
  ['dotenv-cli', '11.0.0', ['-e', '.env', '--', 'true']],
  ['env-cmd', '11.0.0', ['-f', '.env', 'true']],
  ['@dotenvx/dotenvx', '2.38.2', ['run', '--quiet', '-f', '.env', '--', 'true']],
];

/** Fetches them where they are not there yet. */
export async function withPeers(): Promise<Subject[]> {
  const specs = peers.map(([name, version]) => `${name}@${version}`);
  const folder = await cached(`peers-${specs.join('-').replaceAll('/', '_')}`, async (draft) => {
    const flags = [
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--ignore-scripts',
      '--silent',
    ];
    await must('npm', ['install', ...flags, '--prefix', draft, ...specs], { env: process.env, cwd: draft });
  });
  const place = newPlace();
  place.write('.env', 'DATABASE_URL=postgresql://shop:s3cret@localhost:5432/shop\n');
  return peers.map(([name, version, args]) => ({
    name: `${name} ${version}`,
    command: (node) => ({
      argv: [node, programOf(join(folder, 'node_modules', name)), ...args],
      cwd: place.cwd,
      env: place.env,
    }),
  }));
}

function programOf(pack: string): string {
  const { bin } = JSON.parse(readFileSync(join(pack, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(pack, typeof bin === 'string' ? bin : (Object.values(bin)[0] ?? ''));
}
