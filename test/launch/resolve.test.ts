import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { DbcredsError } from '../../src/errors.ts';
import { binaryOf } from '../../src/launch/binary.ts';
import { candidatesFor } from '../../src/launch/candidates.ts';
import { resolveCommand } from '../../src/launch/index.ts';
import { temporary } from '../helpers/folders.ts';
import { assert, suite } from '../helpers/suite.ts';

const cwd = temporary('resolve');
const program = (path: string, content = '#!/bin/sh\n', mode = 0o755): void => {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
  chmodSync(join(cwd, path), mode);
};
for (const path of ['one/tool', 'two/tool', 'here', 'node_modules/.bin/local', 'two/second']) program(path);
program('one/second', '', 0o644);
program('dos.sh', '#!/bin/bash\r\necho\r\n');
program('lost', '#! /opt/lost/python3 -u\n');
mkdirSync(join(cwd, 'folder'));

const path = `${cwd}/one:${cwd}/two`;
const resolved = (command: string, PATH = path): unknown => resolveCommand(command, { PATH }, cwd, 'linux');

function refusal(command: string, PATH = path): DbcredsError {
  try {
    resolved(command, PATH);
  } catch (error) {
    if (error instanceof DbcredsError) return error;
    throw error;
  }
  throw new Error(`${command} was found`);
}

const test = suite('launch/resolve');

/** Command, PATH, file. */
const found: readonly [string, string, string][] = [
  ['tool', path, `${cwd}/one/tool`],
  ['tool', `${cwd}/two:${cwd}/one`, `${cwd}/two/tool`],
  ['second', path, `${cwd}/two/second`],
  ['tool', 'nowhere:two', 'two/tool'],
  ['here', '/nowhere::', './here'],
  ['here', '', './here'],
  ['./here', '', './here'],
  ['one/tool', '', 'one/tool'],
  [`${cwd}/here`, '', `${cwd}/here`],
];

for (const [command, PATH, file] of found) {
  test(`${command.replace(cwd, '')} in ${PATH.replaceAll(cwd, '')} is ${file.replace(cwd, '')}`, () => {
    assert.equal(resolved(command, PATH), { file, kind: 'native' });
  });
}

test('without a PATH the system folders are searched', () => {
  assert.equal(resolveCommand('sh', {}, cwd, 'linux').kind, 'native');
});

/** Command, code, message, hint. */
const refused: readonly [string, string, string, string?][] = [
  ['', 'NOT_FOUND', 'the command is empty'],
  ['  ', 'NOT_FOUND', 'the command is empty'],
  ['nothing', 'NOT_FOUND', 'there is no command "nothing" on the PATH'],
  ['./nothing', 'NOT_FOUND', 'there is no file "./nothing"'],
  ['here', 'NOT_FOUND', 'there is no command "here" on the PATH', 'dbcreds run ... -- ./here'],
  [
    'local',
    'NOT_FOUND',
    'there is no command "local" on the PATH',
    'dbcreds run ... -- ./node_modules/.bin/local',
  ],
  [
    'node app.js',
    'NOT_FOUND',
    'the command that begins with "node" is one word with spaces in it',
    'dbcreds run ... -- node ...',
  ],
  [
    'a | b',
    'NOT_FOUND',
    'the command that begins with "a" is one word with spaces in it',
    "dbcreds run ... -- sh -c 'a ...'",
  ],
  [
    'cd x',
    'NOT_FOUND',
    'the command that begins with "cd" is one word with spaces in it',
    "dbcreds run ... -- sh -c 'cd ...'",
  ],
  ['cd', 'NOT_FOUND', '"cd" is part of the shell, not a program', "dbcreds run ... -- sh -c 'cd ...'"],
  ['A=1', 'NOT_FOUND', 'A=... stands where the command should', 'dbcreds run ... -- env A=... COMMAND'],
  ['folder', 'NOT_FOUND', 'there is no command "folder" on the PATH'],
  ['./folder', 'NOT_EXECUTABLE', '"./folder" is a directory'],
  ['one/second', 'NOT_EXECUTABLE', '"one/second" may not be executed', 'chmod +x one/second'],
  ['./lost', 'NOT_FOUND', '"./lost" needs "/opt/lost/python3", which is not there', 'head -n 1 ./lost'],
  [
    './dos.sh',
    'NOT_FOUND',
    'the first line of "./dos.sh" ends as on Windows, so its interpreter is not found',
    "sed -i 's/\\r$//' ./dos.sh",
  ],
];

for (const [command, code, message, hint] of refused) {
  test(`${JSON.stringify(command)}: ${message}`, () => {
    const error = refusal(command);
    assert.equal([error.code, error.message, error.hints[0]?.[1]], [code, message, hint]);
    assert.is(error.exitCode, code === 'NOT_FOUND' ? 127 : 126);
  });
}

for (const command of [
  'psql -W s3cret',
  'PGPASSWORD=s3cret',
  'postgres://me:s3cret@db/shop',
  "sh -c 's3cret'",
]) {
  test(`no password is repeated from ${command.slice(0, 9)}...`, () => {
    assert.not.match(inspect(refusal(command), { depth: 9 }), 's3cret');
  });
}

test('Windows: extensions in their order, no bare name in the working directory', () => {
  const env = { Path: 'C:\\bin;"C:\\Program Files\\nodejs"', PathExt: '.EXE;.CMD' };
  assert.equal(candidatesFor('npm', env, 'C:\\work', 'win32'), [
    'C:\\bin\\npm.EXE',
    'C:\\bin\\npm.CMD',
    'C:\\Program Files\\nodejs\\npm.EXE',
    'C:\\Program Files\\nodejs\\npm.CMD',
  ]);
  assert.equal(candidatesFor('npm.cmd', { PATH: 'D:\\b' }, 'C:\\work', 'win32').slice(0, 2), [
    'D:\\b\\npm.cmd',
    'D:\\b\\npm.cmd.COM',
  ]);
  assert.equal(candidatesFor('.\\go', { PATHEXT: '.CMD' }, 'C:\\work', 'win32'), ['C:\\work\\go.CMD']);
  assert.equal(candidatesFor('bin/go.exe', { PATHEXT: '' }, 'C:\\work', 'win32')[0], 'C:\\work\\bin\\go.exe');
  assert.equal(candidatesFor('', env, 'C:\\work', 'win32'), []);
});

/** A file in memory. */
const binary = (bytes: Buffer, platform: string, arch: string): string | undefined =>
  binaryOf(bytes.subarray(0, 4096), (from, length) => bytes.subarray(from, from + length), platform, arch);

/** Mach-O's header, as `/bin/ls` of macOS has it; a universal one holds both processors. */
function machO(...cpus: number[]): Buffer {
  const bytes = Buffer.alloc(4096);
  if (cpus.length === 1) {
    bytes.writeUInt32LE(0xfeedfacf, 0);
    bytes.writeUInt32LE(cpus[0] ?? 0, 4);
    return bytes;
  }
  bytes.writeUInt32BE(0xcafebabe, 0);
  bytes.writeUInt32BE(cpus.length, 4);
  cpus.forEach((cpu, i) => {
    bytes.writeUInt32BE(cpu, 8 + 20 * i);
  });
  return bytes;
}

const [intel, arm] = [0x01000007, 0x0100000c];

test('macOS: binaries of this processor, and universal ones that hold it', () => {
  assert.is(binary(machO(arm), 'darwin', 'arm64'), 'nothing');
  assert.is(binary(machO(intel), 'darwin', 'arm64'), undefined);
  assert.is(binary(machO(intel, arm), 'darwin', 'arm64'), 'nothing');
  assert.is(binary(machO(intel, arm), 'darwin', 'x64'), 'nothing');
  assert.is(binary(machO(7, intel), 'darwin', 'arm64'), undefined);
  assert.is(binary(Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]), 'darwin', 'arm64'), undefined);
});

test('Linux: a binary names its loader, one of another machine or cut off is none', () => {
  const shell = readFileSync('/bin/sh');
  assert.match(binary(shell, 'linux', process.arch) ?? '', /^\/lib.*ld-.*\.so/);
  assert.is(binary(shell, 'linux', process.arch === 'x64' ? 'arm64' : 'x64'), undefined);
  assert.is(binary(shell, 'linux', 's390x'), undefined);
  for (const length of [0, 3, 20, 63, 64, 100]) {
    assert.is(binary(shell.subarray(0, length), 'linux', process.arch), undefined, `${length} bytes`);
  }
  const big = Buffer.from(shell);
  big[5] = 2;
  assert.is(binary(big, 'linux', process.arch), undefined);
});

test('Linux: a binary whose loader is missing is 127, as in a shell', () => {
  const bytes = Buffer.from(readFileSync('/bin/true'));
  const at = bytes.indexOf('/lib');
  bytes.write('/lix', at);
  program('musl', bytes.toString('latin1'));
  writeFileSync(join(cwd, 'musl'), bytes);
  const error = refusal('./musl');
  assert.is(error.code, 'NOT_FOUND');
  assert.match(error.message, /^"\.\/musl" needs "\/lix.*", which is not there$/);
});

test.run();
