import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { environment, fixtures, folder, run, type Version, versions, wrapper } from './wrapper.ts';

const listen = join(fixtures, 'listen.sh');

/** What a terminal runs: the command with the wrapper, and without it for comparison. */
const ways: readonly (Version | undefined)[] = [undefined, ...versions];

/** The bytes that a terminal showed, in lines, without the echo of keys. */
const lines = (text: string): string[] =>
  text
    .replace(/\^[A-Z\\]/g, '')
    .split('\r\n')
    .filter(Boolean);

const stateOf = async (pid: string): Promise<string> =>
  (await run(['ps', '-o', 'state=', '-p', pid])).stdout.trim();

for (const version of ways) {
  const needs = ['pty', ...(version ? [`node${version[0]}` as const] : [])] as const;
  const test = suite(`launch: terminal, ${version ? `Node ${version.join(', ')}` : 'no wrapper'}`, { needs });
  const argv = async (): Promise<readonly string[]> => (version ? (await wrapper(version)).argv : []);
  const spawned = version?.[1] === 'spawn';

  const open = async (...command: string[]): Promise<Terminal> => {
    const [file = '', ...args] = [...(await argv()), ...command];
    return new Terminal(file, args, { timeout: 10_000, cwd: folder, env: environment });
  };

  /** An interactive shell, for which the wrapper is a job like any other. `$w` runs the command that follows. */
  const shell = async (): Promise<Terminal> => {
    const env = {
      ...environment,
      PS1: '$ ',
      TERM: 'dumb',
      w: (await argv()).join(' '),
      HISTFILE: '/dev/null',
    };
    const terminal = new Terminal('bash', ['--norc', '--noediting', '-i'], {
      timeout: 10_000,
      cwd: folder,
      env,
    });
    await terminal.expect('$ ');
    return terminal;
  };

  test('Ctrl-C, Ctrl-\\ and a change of size reach the command once each', async () => {
    const terminal = await open(listen);
    await terminal.expect(/ready \d+\r\n/);
    const from = terminal.output.length;
    for (const [key, name] of [
      [keys.interrupt, 'INT'],
      [keys.quit, 'QUIT'],
      [keys.interrupt, 'INT'],
    ] as const) {
      terminal.send(key);
      await terminal.expect(`${name}\r\n`);
    }
    await sleep(300);
    assert.equal(lines(terminal.output.slice(from)), ['INT', 'QUIT', 'INT']);
    process.kill(terminal.pid, 'SIGALRM');
    assert.equal(await terminal.end(), { code: 9, signal: null });
  });

  test('SIGTERM to the wrapper reaches the command once, also on a terminal', async () => {
    const terminal = await open(listen);
    await terminal.expect(/ready \d+\r\n/);
    const from = terminal.output.length;
    for (const name of ['TERM', 'USR1', 'HUP', 'TERM'] as const) {
      process.kill(terminal.pid, `SIG${name}`);
      await terminal.expect(`${name}\r\n`);
    }
    await sleep(300);
    assert.equal(lines(terminal.output.slice(from)), ['TERM', 'USR1', 'HUP', 'TERM']);
    process.kill(terminal.pid, 'SIGALRM');
    assert.equal(await terminal.end(), { code: 9, signal: null });
  });

  test('Ctrl-C ends a command that does not expect it, and the shell sees the signal', async () => {
    const terminal = await open('sh', '-c', 'echo ready; exec sleep 60');
    await terminal.expect('ready');
    terminal.send(keys.interrupt);
    assert.equal(await terminal.end(), { code: null, signal: 'SIGINT' });
  });

  test("Ctrl-C stops a shell's loop", async () => {
    const terminal = await shell();
    terminal.answer('for i in 1 2 3; do $w sh -c "echo round $i; exec sleep 60"; done; echo status $?');
    await terminal.expect(/round 1\r\n/);
    terminal.send(keys.interrupt);
    await terminal.expect('$ ');
    terminal.answer('echo "now: $?"');
    await terminal.expect(/now: 130\r\n/);
    assert.not.match(terminal.output, /round 2\r\n/);
    terminal.answer('exit');
    await terminal.end();
  });

  test('Ctrl-Z stops the job, fg and bg continue it, and its status arrives', async () => {
    const terminal = await shell();
    terminal.answer('$w sh -c \'echo "pid $$."; while ! read -r line; do :; done; exit 17\'');
    const pid = /pid (\d+)\./.exec(await terminal.expect(/pid \d+\.\r\n/))?.[1] ?? '';
    terminal.send(keys.suspend);
    await terminal.expect(/Stopped/);
    assert.is(await stateOf(pid), 'T');
    terminal.answer('fg');
    await sleep(300);
    assert.match(await stateOf(pid), /^S/);
    terminal.answer('line');
    await terminal.expect('$ ');
    terminal.answer('echo "was: $?"');
    await terminal.expect(/was: 17\r\n/);
    terminal.answer('exit');
    assert.is((await terminal.end()).code, 0);
  });

  test('a job in the background that reads the terminal is stopped', async () => {
    const terminal = await shell();
    terminal.answer('$w cat &');
    await sleep(800);
    terminal.answer('jobs');
    await terminal.expect(/Stopped[^$]*\$w cat\r\n(.*\r\n)?\$ $/);
    terminal.answer('fg');
    await terminal.expect('$w cat\r\n');
    await sleep(300);
    terminal.answer('a line');
    await terminal.expect(/a line\r\na line\r\n/);
    terminal.send(keys.end);
    await terminal.expect('$ ');
    assert.not.match(terminal.output, /error/i);
    terminal.answer('exit');
    await terminal.end();
  });

  test('an interactive shell as the command has job control and Ctrl-C of its own', async () => {
    const terminal = await open('env', 'PS1=% ', 'TERM=dumb', 'bash', '--norc', '--noediting', '-i');
    await terminal.expect('% ');
    terminal.answer('sleep 60');
    await sleep(300);
    terminal.send(keys.suspend);
    await terminal.expect(/Stopped/);
    await terminal.expect('% ');
    terminal.answer('kill -KILL %1; sleep 0.1');
    await terminal.expect(/sleep 0.1\r\n[^%]*% $/);
    terminal.send(keys.interrupt);
    await terminal.expect(/\^C\r\n% $/);
    terminal.answer('exit 5');
    assert.equal(await terminal.end(), { code: 5, signal: null });
  });

  test('the closed terminal ends the command by SIGHUP, and the wrapper alike', async () => {
    const terminal = await open('sh', '-c', 'echo "pid $$."; exec sleep 60');
    const pid = /pid (\d+)/.exec(await terminal.expect(/pid \d+\.\r\n/))?.[1] ?? '';
    terminal.close();
    assert.equal(await terminal.end(), { code: null, signal: 'SIGHUP' });
    assert.is(await stateOf(pid), '');
  });

  test('a command that survives the closed terminal ends with its own status', async () => {
    const log = join(folder, `hangup-${version?.join('-')}`);
    writeFileSync(log, '');
    const script = `trap 'echo HUP >> ${log}; echo x || :; exit 33' HUP; echo ready; while :; do sleep 0.05; done`;
    const terminal = await open('sh', '-c', script);
    await terminal.expect('ready');
    terminal.close();
    assert.equal(await terminal.end(), { code: 33, signal: null });
    assert.is(readFileSync(log, 'utf8'), 'HUP\n');
  });

  test('closed while a shell holds the job, no signal is added', async () => {
    const log = join(folder, `job-${version?.join('-')}`);
    writeFileSync(log, '');
    const terminal = await shell();
    const script = `trap "echo HUP >> ${log}" HUP; echo "go"ing; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done`;
    terminal.answer(`$w sh -c '${script}; echo end >> ${log}'`);
    await terminal.expect(/going/);
    terminal.close();
    await terminal.end();
    for (let i = 0; !readFileSync(log, 'utf8').includes('end') && i < 100; i += 1) await sleep(50);
    // From the shell, and from the kernel when the shell is gone: often one after the other, sometimes as one.
    assert.match(readFileSync(log, 'utf8'), /^(HUP\n){1,2}end\n$/);
  });

  test('SIGHUP to the wrapper whose terminal is there reaches the command', async () => {
    const terminal = await open('sh', '-c', 'trap "exit 44" HUP; echo ready; while :; do sleep 0.05; done');
    await terminal.expect('ready');
    process.kill(terminal.pid, 'SIGHUP');
    assert.equal(await terminal.end(), { code: 44, signal: null });
  });

  test('the same for a job of a shell, which leads no session', async () => {
    const terminal = await shell();
    terminal.answer(`$w sh -c 'trap "exit 45" HUP; echo "go"ing; while :; do sleep 0.05; done' &`);
    await terminal.expect(/going/);
    terminal.answer('kill -HUP $!; wait $!; echo "was: $?"');
    await terminal.expect(/was: 45\r\n/);
    terminal.answer('exit');
    assert.is((await terminal.end()).code, 0);
  });

  test('settings of the terminal that the command left are left', async () => {
    const terminal = await shell();
    terminal.answer('$w stty -echo; stty -a | grep -o -- "-\\?echo " | head -n 1; $w stty echo');
    assert.match(await terminal.expect(/\r\n-echo /), '-echo');
    terminal.answer('exit');
    await terminal.end();
  });

  if (spawned) {
    test('SIGINT to the wrapper alone is taken for Ctrl-C while it has the terminal', async () => {
      const terminal = await open(listen);
      await terminal.expect(/ready \d+\r\n/);
      const from = terminal.output.length;
      process.kill(terminal.pid, 'SIGINT');
      await sleep(300);
      assert.equal(lines(terminal.output.slice(from)), []);
      process.kill(terminal.pid, 'SIGALRM');
      assert.is((await terminal.end()).code, 9);
    });
  }

  test.run();
}
