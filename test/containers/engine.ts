// The same by a real Docker engine, where one answers.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEndOfTest } from '../helpers/cleanup.ts';
import type { Shop } from '../helpers/shop.ts';
import { project } from '../services/cache.ts';
import { freePort } from '../services/server.ts';
import type { Options } from './box.ts';

/** Why no engine can be asked, if so. */
export function realEngine(): string | undefined {
  const { status, error, stderr } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return status === 0 ? undefined : `no Docker engine answers: ${error?.message ?? stderr.trim()}`;
}

function docker(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`docker ${args[0]}: ${stderr}`);
  return stdout.trim();
}

/** Builds the example with the package as it is here, since it may be published nowhere yet; asks it, and stops it. */
export async function withEngine(
  { place }: Shop,
  options: Options,
): Promise<{ answer: string; code: number }> {
  const pack = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', place.cwd], {
    cwd: project,
    encoding: 'utf8',
  });
  cpSync(join(place.cwd, pack.stdout.trim()), join(place.cwd, 'dbcreds.tgz'));
  const manifest = JSON.parse(readFileSync(join(place.cwd, 'package.json'), 'utf8'));
  manifest.dependencies.dbcreds = 'file:dbcreds.tgz';
  place.write('package.json', manifest);
  const file = readFileSync(join(place.cwd, 'Dockerfile'), 'utf8');
  const adapted = file.replace('package-lock.json', 'dbcreds.tgz').replace('npm ci', 'npm install');
  writeFileSync(join(place.cwd, 'Dockerfile'), adapted);
  const image = docker('build', '--quiet', place.cwd);
  atEndOfTest(() => docker('image', 'rm', '--force', image));
  const port = await freePort();
  const id = docker('run', '--detach', '--network', 'host', ...flags(options, port), image);
  atEndOfTest(() => docker('rm', '--force', id));
  for (let tries = 0; tries < 100 && !docker('logs', id).includes('listening'); tries += 1) await sleep(100);
  const answer = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  docker('stop', id);
  return { answer, code: Number(docker('inspect', '--format', '{{.State.ExitCode}}', id)) };
}

function flags({ init, readOnly, tmpfs = [], volumes = {}, env = {} }: Options, port: number): string[] {
  return [
    ...(init ? ['--init'] : []),
    ...(readOnly ? ['--read-only'] : []),
    ...tmpfs.flatMap((path) => ['--tmpfs', path]),
    ...Object.entries(volumes).flatMap(([to, from]) => ['--volume', `${from}:${to}:ro`]),
    ...Object.entries({ ...env, PORT: String(port) }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]),
  ];
}
