import { assert, suite } from './suite.ts';
import { keys, Terminal } from './terminal.ts';

const test = suite('a terminal', { needs: ['pty'] });

const sh = (script: string): Terminal => new Terminal('sh', ['-c', script], { timeout: 5000 });

test('a question is read and answered on /dev/tty, with stdin and stdout elsewhere', async () => {
  const terminal = sh(
    'echo piped | (printf "name? " >/dev/tty; read x </dev/tty; echo "got $x, $(cat)" >/dev/tty) >/dev/null',
  );
  await terminal.expect('name? ');
  terminal.answer('prod');
  await terminal.expect(/got prod, piped\r\n/);
  assert.equal(await terminal.end(), { code: 0, signal: null });
});

test('Ctrl-C reaches the program', async () => {
  const terminal = sh('echo ready; exec sleep 60');
  await terminal.expect('ready');
  terminal.send(keys.interrupt);
  assert.equal(await terminal.end(), { code: null, signal: 'SIGINT' });
});

test('a status is told', async () => {
  assert.equal(await sh('exit 42').end(), { code: 42, signal: null });
});

test('a closed window is a SIGHUP', async () => {
  const terminal = sh('echo ready; exec sleep 60');
  await terminal.expect('ready');
  terminal.close();
  assert.equal(await terminal.end(), { code: null, signal: 'SIGHUP' });
});

test('what never comes is an error that shows the screen', async () => {
  const error = await assert.rejects(sh('echo something else').expect('hello'));
  assert.match(error.message, /the program ended without hello; the screen shows:\nsomething else/);
});

test('job control: Ctrl-Z stops the job of a shell, fg brings it back', async () => {
  const terminal = new Terminal('bash', ['--norc', '-i'], {
    timeout: 5000,
    env: { PS1: '$ ', TERM: 'dumb' },
  });
  await terminal.expect('$ ');
  terminal.answer('sleep 60');
  await new Promise((resolve) => setTimeout(resolve, 300));
  terminal.send(keys.suspend);
  await terminal.expect(/Stopped/);
  terminal.answer('fg');
  await terminal.expect(/fg\r\nsleep 60/);
  terminal.send(keys.interrupt);
  await terminal.expect('$ ');
  terminal.answer('exit 7');
  assert.equal(await terminal.end(), { code: 7, signal: null });
});

test.run();
