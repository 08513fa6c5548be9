import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '../helpers/suite.ts';
import { environment, fixtures, folder, run, versions, wrapper } from './wrapper.ts';

const listen = join(fixtures, 'listen.sh');

/** A command that was started and not waited for. */
class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  text = '';

  constructor([file = '', ...args]: readonly string[]) {
    this.child = spawn(file, args, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk) => {
        this.text += chunk;
      });
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve({ code, signal })),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until it has printed that. */
  async said(what: string | RegExp): Promise<RegExpExecArray> {
    for (const until = Date.now() + 10_000; Date.now() < until; await sleep(10)) {
      const found = new RegExp(what).exec(this.text);
      if (found) return found;
    }
    throw new Error(`no ${what} came, but: ${this.text}`);
  }

  /** Sends a signal to it alone, and waits for the answer. */
  async tell(signal: NodeJS.Signals): Promise<void> {
    const before = this.text.length;
    process.kill(this.pid, signal);
    for (const until = Date.now() + 10_000; this.text.length === before && Date.now() < until; )
      await sleep(10);
  }
}

/** The letter that `ps` gives a process; nothing where there is none. */
const stateOf = async (pid: string | number): Promise<string> =>
  (await run(['ps', '-o', 'state=', '-p', String(pid)])).stdout.trim();

for (const version of versions) {
  const test = suite(`launch: signals, Node ${version.join(', ')}`, { needs: [`node${version[0]}`] });
  const start = async (...command: string[]): Promise<Running> =>
    new Running([...(await wrapper(version)).argv, ...command]);

  test('each signal to the wrapper reaches the command once, and no inspector opens', async () => {
    const running = await start(listen);
    await running.said('ready');
    const names = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'WINCH', 'TERM', 'USR1', 'INT'] as const;
    for (const name of names) await running.tell(`SIG${name}`);
    process.kill(running.pid, 'SIGALRM');
    assert.equal(await running.ended, { code: 9, signal: null });
    assert.equal(running.text.trim().split('\n').slice(1), [...names]);
  });

  for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1'] as const) {
    test(`${name} to the wrapper ends a command that does not expect it, and the wrapper alike`, async () => {
      const running = await start('sh', '-c', 'echo pid $$; exec sleep 60');
      const [, pid = ''] = await running.said(/pid (\d+)/);
      process.kill(running.pid, name);
      assert.equal(await running.ended, { code: null, signal: name });
      assert.is(await stateOf(pid), '');
    });
  }

  test('a command that ends by itself on SIGTERM gives the status', async () => {
    const running = await start('sh', '-c', 'trap "exit 42" TERM; echo ready; while :; do sleep 0.05; done');
    await running.said('ready');
    process.kill(running.pid, 'SIGTERM');
    assert.equal(await running.ended, { code: 42, signal: null });
  });

  if (version[1] === 'exec') {
    test('SIGKILL leaves no orphan', async () => {
      const running = await start('sh', '-c', 'echo pid $$; exec sleep 60');
      const [, pid = ''] = await running.said(/pid (\d+)/);
      process.kill(running.pid, 'SIGKILL');
      assert.equal(await running.ended, { code: null, signal: 'SIGKILL' });
      assert.is(await stateOf(pid), '');
    });

    test('nothing of Node is left', async () => {
      const running = await start('sh', '-c', 'echo ready; exec sleep 60');
      await running.said('ready');
      const { stdout } = await run(['ps', '-o', 'args=', '-g', String(running.pid)]);
      assert.is(stdout.trim(), 'sleep 60');
      process.kill(running.pid, 'SIGTERM');
      await running.ended;
    });
  } else {
    test('SIGCONT to the wrapper continues a command that was stopped', async () => {
      const running = await start(listen);
      const [, pid = ''] = await running.said(/ready (\d+)/);
      process.kill(Number(pid), 'SIGSTOP');
      while ((await stateOf(pid)) !== 'T') await sleep(10);
      await running.tell('SIGCONT');
      await running.said('CONT');
      assert.not.match(await stateOf(pid), 'T');
      process.kill(running.pid, 'SIGALRM');
      assert.is((await running.ended).code, 9);
    });
  }

  test.run();
}
