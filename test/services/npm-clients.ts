import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cached, project } from './cache.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** Where the programs stand that use clients from npm. */
export interface Programs {
  readonly folder: string;
}

/** The programs, with the package.json and the lockfile of what they use: no packages of the project's. */
const programs = join(project, 'test/fixtures/clients/npm');

/** What the packages are made from: all but the programs. */
const sources = ['package.json', 'package-lock.json', '.npmrc', 'prisma.config.mjs', 'prisma'];

/**
 * The programs beside their packages, and beside Prisma's generated clients.
 *
 * @throws Unavailable where they cannot be fetched
 */
export async function start(ground: Ground): Promise<Programs> {
  const packages = await cached(`clients-${digest()}`, (draft) => fetch(ground, draft)).catch(
    (error: Error) => {
      throw new Unavailable(`the clients from npm cannot be installed: ${error.message}`);
    },
  );
  const folder = join(ground.folder, 'npm-clients');
  cpSync(programs, folder, { recursive: true });
  for (const made of ['node_modules', 'generated']) symlinkSync(join(packages, made), join(folder, made));
  return { folder };
}

async function fetch(ground: Ground, draft: string): Promise<void> {
  ground.say('fetching the clients from npm');
  for (const name of sources) cpSync(join(programs, name), join(draft, name), { recursive: true });
  const flags = ['--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund'];
  await must('npm', ['ci', ...flags], { cwd: draft, env: process.env });
  for (const engine of ['postgresql', 'mysql']) await generate(draft, engine);
}

/** Prisma's client. Its generator wants an engine from a host of its own, which it then does not use: any file will do. */
async function generate(cwd: string, engine: string): Promise<void> {
  const command = join(cwd, 'node_modules/prisma/build/index.js');
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, DATABASE_URL: `${engine}://localhost/none` };
  const args = [command, 'generate', '--schema', `prisma/${engine}.prisma`, '--no-hints'];
  await must(process.execPath, args, { cwd, env: { ...process.env, ...env, CHECKPOINT_DISABLE: '1' } });
}

function digest(): string {
  const files = [
    ...sources.filter((name) => name !== 'prisma'),
    ...readdirSync(join(programs, 'prisma')).map((name) => `prisma/${name}`),
  ];
  const hash = createHash('sha256');
  for (const name of files.sort()) hash.update(readFileSync(join(programs, name)));
  return hash.digest('hex').slice(0, 12);
}
