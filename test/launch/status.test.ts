import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { bare, environment, folder, run, versions, wrapper } from './wrapper.ts';

const file = (name: string, content: string | Buffer, mode = 0o755): string => {
  writeFileSync(join(folder, name), content);
  chmodSync(join(folder, name), mode);
  return `./${name}`;
};

mkdirSync(join(folder, 'directory'));
mkdirSync(join(folder, 'bin'));
file('bin/tool', '#!/bin/sh\nexit 21\n');
file('bin/shadowed', 'exit 0', 0o644);
file('first', '#!/bin/sh\nexit 22\n');
file('second', '#!./first\n');
file('third', `#!${join(folder, 'first')} argument\n`);
copyFileSync('/bin/false', join(folder, 'hidden'));
chmodSync(join(folder, 'hidden'), 0o711);
file('private', '#!/bin/sh\nexit 0\n', 0o700);
const foreign = Buffer.concat([
  Buffer.from('\x7fELF\x02\x01\x01'),
  Buffer.alloc(200),
  Buffer.from('\nexit 3\n'),
]);
copyFileSync('/bin/true', join(folder, 'a b\'"$c'));

const sh = (script: string): string[] => ['sh', '-c', script];

/** Command, exit status. */
const statuses: readonly [string, string[], number][] = [
  ['0', ['true'], 0],
  ['1', ['false'], 1],
  ['7', sh('exit 7'), 7],
  ['255', sh('exit 255'), 255],
  ['128 + n of a command that says so itself', sh('exit 143'), 143],
  ['a directory', ['./directory'], 126],
  ['a file that may not be executed', [file('plain', '', 0o644)], 126],
  ['a folder on the way that is a file', ['./plain/x'], 127],
  ['a path that is not there', ['./nothing'], 127],
  ['a command that is not there', ['no-such-command'], 127],
  ['an empty command', [''], 127],
  ['a directory of the PATH by its name', ['directory'], 127],
  ['a file of the PATH that may not be executed', ['shadowed'], 126],
  ['a script', [file('script', '#!/bin/sh\nexit 11\n')], 11],
  ['a script with an argument in its first line', [file('env', '#!/usr/bin/env -S sh\nexit 12\n')], 12],
  ['a script with spaces before its interpreter', [file('spaces', '#! \t/bin/sh  \nexit 13\n')], 13],
  ['a script whose interpreter is a script', ['./third'], 22],
  ['a script with an interpreter beside it', ['./second'], 22],
  ['a text without #!', [file('text', 'exit 14\n')], 14],
  ['an empty file', [file('empty', '')], 0],
  ['a script whose interpreter is missing', [file('missing', '#!/nowhere/sh\n')], 127],
  ['a script whose interpreter is a directory', [file('folder', '#!/tmp\n')], 126],
  ['a script with the line ends of Windows', [file('windows', '#!/bin/sh\r\nexit 0\r\n')], 127],
  ['a first line longer than the kernel reads', [file('long', `#!${'/'.repeat(300)}bin/sh\nexit 15\n`)], 15],
  ["a binary of another machine's", [file('foreign', foreign)], 126],
  ['a name with everything in it', ['./a b\'"$c'], 0],
];

const signals = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGPIPE', 'SIGUSR1', 'SIGALRM'] as const;
const cores = [
  ['SIGSEGV', 139],
  ['SIGABRT', 134],
  ['SIGQUIT', 131],
] as const;

for (const version of versions) {
  const test = suite(`launch: status, Node ${version.join(', ')}`, { needs: [`node${version[0]}`] });

  for (const [what, command, expected] of statuses) {
    test(`${what}: ${expected}`, async () => {
      const env = { ...environment, PATH: `${join(folder, 'bin')}:${folder}:${environment.PATH}` };
      const { code, signal, stderr } = await run([...(await wrapper(version)).argv, ...command], { env });
      assert.equal({ code, signal }, { code: expected, signal: null }, stderr);
    });
  }

  for (const name of signals) {
    test(`death by ${name} is death by ${name}`, async () => {
      const command = [...(await wrapper(version)).argv, ...sh(`kill -${name.slice(3)} $$`)];
      const { code, signal } = await run(command);
      assert.equal({ code, signal }, { code: null, signal: name });
    });
  }

  for (const [name, status] of cores) {
    test(`death by ${name}, which dumps core, is ${version[1] === 'exec' ? 'the same' : status}`, async () => {
      const { code, signal } = await run([
        ...(await wrapper(version)).argv,
        ...sh(`ulimit -c 0; kill -${name.slice(3)} $$`),
      ]);
      const expected = version[1] === 'exec' ? { code: null, signal: name } : { code: status, signal: null };
      assert.equal({ code, signal }, expected);
    });
  }

  test('PATH: an empty entry is the working directory, a relative one counts from there', async () => {
    const { argv } = await wrapper(version);
    const node = { ...environment };
    assert.is(
      (await run([...argv, 'tool'], { env: { ...node, PATH: ':/nowhere' }, cwd: join(folder, 'bin') })).code,
      21,
    );
    assert.is((await run([...argv, 'tool'], { env: { ...node, PATH: '/nowhere:bin' } })).code, 21);
    assert.is((await run([...argv, 'tool'], { env: { ...node, PATH: '/nowhere' } })).code, 127);
    const { PATH: _, ...without } = node;
    assert.is((await run([...argv, 'true'], { env: without })).code, 0);
  });

  test.run();
}

const rights = suite('launch: status, another user');

if (process.getuid?.() === 0) {
  rights('what only its owner may execute is 126, what may not be read runs', async () => {
    const open = mkdtempSync('/tmp/launch-');
    process.once('exit', () => rmSync(open, { recursive: true, force: true }));
    chmodSync(open, 0o755);
    for (const name of ['hidden', 'private']) cpSync(join(folder, name), join(open, name));
    const [, program = ''] = (await bare(versions[0])).argv;
    cpSync(program, join(open, 'wrapper.cjs'));
    const as = (name: string) =>
      run([process.execPath, './wrapper.cjs', name], { uid: 65534, gid: 65534, cwd: open });
    assert.is((await as('./private')).code, 126);
    assert.is((await as('./hidden')).code, 1);
  });
} else rights.skip('what only its owner may execute is 126, what may not be read runs', 'needs root');
rights.run();
