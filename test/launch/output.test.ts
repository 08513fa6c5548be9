import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DbcredsError } from '../../src/errors.ts';
import { type Output, type OutputOptions, output } from '../../src/launch/output.ts';
import { temporary } from '../helpers/folders.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { fixtures } from './wrapper.ts';

const PATH = process.env.PATH ?? '';
const secret = 'correct horse';

/** A shell that gets nothing but `PATH`, unless said otherwise. */
const sh = (script: string, options: Partial<OutputOptions> = {}): Promise<Output> =>
  output('sh', ['-c', script, 'sh', secret], { env: { PATH }, timeoutMs: 20_000, ...options });

const test = suite('launch/output');

test('what a program prints comes back as it is, with its exit status', async () => {
  assert.equal(await sh('printf "a b\\n\\n"; printf oops >&2; exit 7'), {
    stdout: 'a b\n\n',
    stderr: 'oops',
    exitCode: 7,
  });
});

test('our own environment is not added', async () => {
  const { stdout } = await output('env', [], { env: { PATH, ONLY: 'this' }, timeoutMs: 20_000 });
  assert.equal(stdout.trim().split('\n').sort(), ['ONLY=this', `PATH=${PATH}`].sort());
});

test('it runs where it is told to', async () => {
  const cwd = temporary('output');
  assert.is((await sh('pwd -P', { cwd })).stdout, `${cwd}\n`);
});

test('2 MB of input arrive whole, and without input there is none', async () => {
  const input = 'x'.repeat(2_000_000);
  assert.is((await sh('wc -c', { input })).stdout.trim(), '2000000');
  assert.is((await sh('wc -c')).stdout.trim(), '0');
});

test('a program that does not read its input is no failure', async () => {
  assert.is((await sh('exit 3', { input: 'x'.repeat(2_000_000) })).exitCode, 3);
});

const notExecutable = join(temporary('output'), 'plain');
writeFileSync(notExecutable, '', { mode: 0o644 });

for (const [what, file, status] of [
  ['a program that is not there', 'no-such-program-here', 127],
  ['a file that may not be executed', notExecutable, 126],
] as const) {
  test(`${what} gives the shell's status`, async () => {
    assert.equal(await output(file, [secret], { env: { PATH }, timeoutMs: 20_000 }), {
      stdout: '',
      stderr: '',
      exitCode: status,
    });
  });
}

test('death by a signal is 128 + n', async () => {
  assert.is((await sh('kill -TERM $$')).exitCode, 143);
});

/** Whether a process of that id is there and not a zombie. */
/** SIGKILL takes effect when the kernel comes round to it, which on a busy machine is not at once. */
async function lives(pid: string): Promise<boolean> {
  for (let look = 0; look < 50; look += 1) {
    const { stdout } = await sh(`ps -o state= -p ${pid} || true`);
    if (stdout.trim() === '' || stdout.startsWith('Z')) return false;
    await sleep(100);
  }
  return true;
}

test('at the time-out it is killed, with whatever it started', async () => {
  const pidFile = join(temporary('output'), 'pid');
  const from = Date.now();
  const promise = sh(`sleep 60 & echo $! > ${pidFile}; wait`, { timeoutMs: 500, env: { PATH, secret } });
  const error = await assert.rejects(promise);
  assert.ok(error instanceof DbcredsError);
  assert.is(error.code, 'TIMED_OUT');
  assert.ok(Date.now() - from < 5_000);
  assert.not.ok(await lives((await sh(`cat ${pidFile}`)).stdout.trim()));
});

test('a grandchild that left the group does not hold us up', async () => {
  const from = Date.now();
  const error = await assert.rejects(sh('setsid sleep 3 & sleep 60', { timeoutMs: 500 }));
  assert.ok(error instanceof DbcredsError && error.code === 'TIMED_OUT');
  assert.ok(Date.now() - from < 2_000);
});

for (const [what, run] of [
  ['a time-out', () => sh('sleep 60', { timeoutMs: 100, env: { PATH, KEY: secret }, input: secret })],
  ['too much output', () => sh(`yes '${secret}'`, { timeoutMs: 60_000 })],
  ['a NUL in an argument', () => output('true', [`${secret}\0`], { env: { PATH }, timeoutMs: 9_000 })],
  ['a NUL in a variable', () => sh('true', { env: { PATH, KEY: `${secret}\0` } })],
  ['an argument that is too long', () => sh('true', { env: { PATH, KEY: secret.repeat(200_000) } })],
] as const) {
  test(`${what} is an error that quotes nothing`, async () => {
    const error = await assert.rejects(run());
    assert.ok(error instanceof DbcredsError);
    assert.not.match(inspect(error, { depth: 9, showHidden: true }), secret);
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} to us ends what we read, though it has no terminal to hear of it, and us alike`, async () => {
    const file = join(temporary('output'), 'pid');
    const args = ['--import', 'tsx', join(fixtures, 'reader.ts'), file];
    const child = spawn(process.execPath, args, { cwd: project, stdio: 'inherit' });
    const ended = once(child, 'exit');
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(20);
    process.kill(child.pid ?? 0, signal);
    assert.equal(await ended, [null, signal]);
    assert.not.ok(await lives(readFileSync(file, 'utf8').trim()));
  });
}

test('two at once do not disturb each other', async () => {
  const outputs = await Promise.all(['1', '2', '3'].map((n) => sh(`echo ${n}`)));
  assert.equal(
    outputs.map(({ stdout }) => stdout),
    ['1\n', '2\n', '3\n'],
  );
});

test.run();
