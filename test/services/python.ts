import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/digest.ts';
import { cached, project } from './cache.ts';
import { commands, installPackages } from './commands.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** An interpreter that has the clients of test/fixtures/clients/python. */
export interface Python {
  readonly file: string;
}

const requirements = join(project, 'test/fixtures/clients/python/requirements.txt');

/** @throws Unavailable where Python or its packages cannot be had */
export async function start(ground: Ground): Promise<Python> {
  const { python3 = '' } = await commands(ground, 'python3');
  const version = await must(python3, ['--version']);
  const name = `python-${sha256(version + readFileSync(requirements, 'utf8')).slice(0, 12)}`;
  const folder = await cached(name, (draft) => install(ground, python3, draft)).catch((error: Error) => {
    throw new Unavailable(`the clients for Python cannot be installed: ${error.message}`);
  });
  return { file: join(folder, 'bin/python') };
}

/** The interpreter finds its packages from its own place, so that the folder may be renamed. */
async function install(ground: Ground, python3: string, folder: string): Promise<void> {
  ground.say("installing Python's clients");
  const venv = (): Promise<string> => must(python3, ['-m', 'venv', folder]);
  await venv().catch(async () => {
    await ground.serially('apt-get', () => installPackages(ground, ['python3-venv']));
    await venv();
  });
  const flags = ['--quiet', '--require-hashes', '--only-binary', ':all:'];
  await must(join(folder, 'bin/python'), ['-m', 'pip', 'install', ...flags, '-r', requirements], {
    env: process.env,
  });
}
