import { createHash } from 'node:crypto';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../../helpers/folders.ts';
import { cached, project } from '../../services/cache.ts';
import { must } from '../../services/daemon.ts';
import type { Client, Family, Kit } from './client.ts';

/** The programs, with the package.json and the lockfile of what they use. */
const programs = join(project, 'test/fixtures/clients/npm');

/** Clients from npm: they are no packages of the project's, so that they are installed into the cache. */
export const npm: Family = {
  name: 'npm',
  install,
  clients: [pg()],
};

async function install(): Promise<Kit> {
  const lock = readFileSync(join(programs, 'package-lock.json'));
  const packages = await cached(`clients-${digest(lock)}`, async (draft) => {
    for (const name of ['package.json', 'package-lock.json', '.npmrc'])
      cpSync(join(programs, name), join(draft, name));
    const flags = ['--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund'];
    await must('npm', ['ci', ...flags], { cwd: draft, env: process.env });
  });
  const folder = join(temporary('c'), 'programs');
  cpSync(programs, folder, { recursive: true });
  symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'));
  return { folder };
}

const digest = (text: Buffer): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function pg(): Client {
  return {
    name: 'pg (node-postgres)',
    engine: 'postgresql',
    version: minor('pg'),
    ways: [
      { by: 'url', command: node('pg-url.mjs') },
      { by: 'variables', extraCa: true, command: node('pg-env.mjs') },
    ],
  };
}

function node(program: string): (kit: Kit) => readonly string[] {
  return ({ folder }) => [process.execPath, join(folder, program)];
}

/** As the lockfile pins it. */
function minor(name: string): (kit: Kit) => string {
  return ({ folder }) => {
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    return version.replace(/\.\d+$/, '');
  };
}
