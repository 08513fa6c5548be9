import { join } from 'node:path';
import { cached } from './cache.ts';
import { installPackages } from './commands.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** The versions that the program is run under, by major. */
const versions: Readonly<Record<string, string>> = {
  '20': '20.20.2',
  '22': '22.23.3',
  '24': '24.21.0',
  '26': '26.10.0',
};

/** Node of that major version, from the npm package that holds its binary. */
export async function start(ground: Ground, major: string): Promise<{ file: string; version: string }> {
  const version = versions[major];
  if (!version) throw new Error(`no Node ${major} is known here, only ${Object.keys(versions).join(', ')}`);
  const pack = `node-${process.platform}-${process.arch}`;
  if (!['linux', 'darwin'].includes(process.platform)) throw new Unavailable(`there is no package ${pack}`);
  const folder = await cached(`${pack}-${version}`, (draft) => install(ground, draft, `${pack}@${version}`));
  const file = join(folder, 'node_modules', pack, 'bin/node');
  await ground.serially('apt-get', () => tryOut(ground, file));
  return { file, version };
}

/** Node 26 needs a library that a small system lacks. */
async function tryOut(ground: Ground, file: string): Promise<void> {
  const missing = await lacks(file);
  if (missing) await installPackages(ground, ['libatomic1']);
  if (missing && (await lacks(file))) throw new Unavailable(missing);
}

const lacks = (file: string): Promise<string | undefined> =>
  must(file, ['--version']).then(
    () => undefined,
    (error: Error) => error.message.trim(),
  );

async function install(ground: Ground, folder: string, spec: string): Promise<void> {
  ground.say(`fetching ${spec}`);
  const flags = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--silent'];
  await must('npm', ['install', ...flags, '--prefix', folder, spec], { env: process.env, cwd: folder });
}
