import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { find } from './commands.ts';
import { must } from './daemon.ts';
import { Unavailable } from './use.ts';

const loader = 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';
const libraries = 'usr/lib/x86_64-linux-gnu';

/**
 * Packages of Debian's unstable branch with all that they need, unpacked into the folder's `root` beside their own C
 * library, so that they run on any Linux with the same processor.
 *
 * @throws Unavailable where they cannot be had
 */
export async function unpack(folder: string, wanted: readonly string[]): Promise<string> {
  const packages = join(folder, 'packages');
  await download(packages, await mirror(), wanted);
  const root = join(folder, 'root');
  for (const file of readdirSync(join(packages, 'archives')).filter((name) => name.endsWith('.deb'))) {
    await must('dpkg-deb', ['-x', join(packages, 'archives', file), root]);
  }
  rmSync(packages, { recursive: true });
  mkdirSync(join(folder, 'bin'));
  return root;
}

/** @throws Unavailable where packages for this kind of machine, or the tools for them, are missing */
export function checkTools(what: string): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Unavailable(`${what} is for x64 Linux here`);
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (!find(tool)) throw new Unavailable(`${what} comes from Debian's packages, and ${tool} is not here`);
  }
}

/** The mirror that this machine already uses. */
async function mirror(): Promise<string> {
  const listed = await must('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const found = listed.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (!found) throw new Unavailable('apt-get names no mirror of Debian');
  return found;
}

/** apt-get with lists, cache and state of its own, so that nothing of the system's is read or changed. */
async function download(folder: string, from: string, wanted: readonly string[]): Promise<void> {
  const path = (name: string): string => join(folder, name);
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(path(name), { recursive: true });
  writeFileSync(path('status'), '');
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(path('sources.list'), `deb [signed-by=${keys}] ${from} sid main\n`);
  const options = [
    `Dir::Etc::sourcelist=${path('sources.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::Lists=${path('lists')}`,
    `Dir::State::status=${path('status')}`,
    `Dir::Cache=${folder}`,
    `Dir::Cache::archives=${path('archives')}`,
    'Acquire::Languages=none',
    // A mirror can be a snapshot of some day. The signatures hold all the same.
    'Acquire::Check-Valid-Until=false',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const env = process.env;
  await must('apt-get', [...options, '-qq', 'update'], { env });
  const flags = ['-qq', '-y', '--download-only', '--no-install-recommends'];
  await must('apt-get', [...options, ...flags, 'install', ...wanted], { env });
}

/**
 * Puts a program into the folder's `bin`, which starts with the C library that lies beside it. It finds both from its own
 * place: the folder gets renamed.
 *
 * @param from where the package has it, below `usr`
 */
export function starter(folder: string, name: string, from: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(
    file,
    `#!/bin/sh
root=$(dirname "$0")/../root
exec "$root/${loader}" --library-path "$root/${libraries}" --argv0 "$0" "$root/usr/${from}/${name}" "$@"
`,
  );
  chmodSync(file, 0o755);
}
