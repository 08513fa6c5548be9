import { join } from 'node:path';
import { cached } from './cache.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** Programs that people start others from: the npm package, and the file to run in it. */
const programs: Readonly<Record<string, readonly [pack: string, version: string, file: string]>> = {
  deno: ['@deno/linux-x64-glibc', '2.9.6', 'deno'],
  pnpm: ['@pnpm/exe.linux-x64', '12.21.0', 'pnpm'],
  yarn: ['yarn', '1.22.22', 'bin/yarn.js'],
  berry: ['@yarnpkg/cli-dist', '4.18.1', 'bin/yarn.js'],
  turbo: ['@turbo/linux-64', '2.11.11', 'bin/turbo'],
  dotenvx: ['@dotenvx/dotenvx', '2.38.2', 'src/cli/dotenvx.js'],
};

/** Fetches one of them, once. @throws Unavailable where there is none for this machine */
export async function start(ground: Ground, name: string): Promise<{ file: string }> {
  const [pack, version, file] = programs[name] ?? [];
  if (!pack || !version || !file) throw new Error(`no host ${name} is known here`);
  const native = !file.endsWith('.js');
  if (native && `${process.platform} ${process.arch}` !== 'linux x64')
    throw new Unavailable(`${name} is fetched for Linux on x64 alone`);
  const folder = await cached(`host-${name}-${version}`, async (draft) => {
    ground.say(`fetching ${pack}@${version}`);
    const flags = [
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--ignore-scripts',
      '--silent',
    ];
    const args = ['install', ...flags, '--prefix', draft, `${pack}@${version}`];
    await must('npm', args, { env: process.env, cwd: draft });
  });
  return { file: join(folder, 'node_modules', pack, file) };
}
