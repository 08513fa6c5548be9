import { newPlace } from './place.ts';
import { program } from './program.ts';
import { assert, suite } from './suite.ts';

const test = suite('running a program');

test('its outputs, status and place are told', async () => {
  const { stdout, stderr, output, code, signal } = await program(
    'sh',
    ['-c', 'cat; sleep 0.1; echo oops >&2; exit 3'],
    {
      input: 'given',
    },
  );
  assert.equal([stdout, stderr, output, code, signal], ['given', 'oops\n', 'givenoops\n', 3, null]);
});

test('death by signal is told', async () => {
  const { code, signal } = await program('sh', ['-c', 'kill -TERM $$']);
  assert.equal([code, signal], [null, 'SIGTERM']);
});

test('nothing of this machine reaches it', async () => {
  const place = newPlace();
  const { stdout } = await program('env', [], { place, env: { EXTRA: '1', LANG: undefined } });
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  assert.equal(names.sort(), ['EXTRA', 'HOME', 'PATH', 'TMPDIR', 'TZ']);
  assert.ok(stdout.includes(`HOME=${place.home}\n`));
});

test('there is no terminal', async () => {
  const { stderr } = await program('sh', ['-c', ': < /dev/tty']);
  assert.match(stderr, /No such device or address/);
});

test('one that does not end is killed, and says what it had said', async () => {
  const error = await assert.rejects(program('sh', ['-c', 'echo here; sleep 60'], { timeout: 300 }));
  assert.match(error.message, /did not end within 300 ms; it said:\nhere/);
});

test('a missing program is an error', async () => {
  await assert.rejects(program('/nowhere/at/all', []), /ENOENT/);
});

test.run();
