import { spawnSync } from 'node:child_process';
import { assert, suite } from '../helpers/suite.ts';
import { run, versions, wrapper } from './wrapper.ts';

/** A process namespace of its own, as in a container: what it runs is PID 1 there. */
const namespace = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];
const possible = spawnSync('unshare', [...namespace.slice(1), 'true']).status === 0;

/** Runs a command as PID 1, and sends it a signal from outside as soon as it says `ready`. */
async function asFirst(argv: readonly string[], signal: string): Promise<number | null> {
  // The shell outside is unshare's parent; unshare's only child is the PID 1 inside.
  const script = `
    rm -f said; "$@" > said & outer=$!
    until grep -qs ready said; do sleep 0.05; done
    pkill -${signal} -P $outer
    wait $outer; echo "status $?"`;
  const { stdout } = await run(['bash', '-c', script, 'bash', ...namespace, ...argv]);
  const status = /status (\d+)/.exec(stdout)?.[1];
  return status === undefined ? null : Number(status);
}

for (const version of versions) {
  const test = suite(`launch: as PID 1, Node ${version.join(', ')}`, { needs: [`node${version[0]}`] });
  const exec = version[1] === 'exec';

  const add = (name: string, handler: (argv: readonly string[]) => Promise<void>): void => {
    if (!possible) test.skip(name, 'no process namespace can be made here');
    else test(name, async () => handler((await wrapper(version)).argv));
  };

  add('the status is the command’s own', async (argv) => {
    assert.is((await run([...namespace, ...argv, 'sh', '-c', 'exit 7'])).code, 7);
    assert.is((await run([...namespace, ...argv, 'no-such-command'])).code, 127);
  });

  add('a command that handles SIGTERM gives its status', async (argv) => {
    const script = 'trap "exit 42" TERM; echo ready; while :; do sleep 0.05; done';
    assert.is(await asFirst([...argv, 'sh', '-c', script], 'TERM'), 42);
  });

  if (exec) {
    add('the command is PID 1 itself, and reaps', async (argv) => {
      const script = 'echo $$; (sleep 0.1 & ); sleep 0.4; ps -o state= -A | grep -c Z';
      assert.is((await run([...namespace, ...argv, 'bash', '-c', script])).stdout, '1\n0\n');
    });
  } else {
    for (const [name, status] of [
      ['TERM', 143],
      ['INT', 130],
      ['HUP', 129],
      ['QUIT', 131],
    ] as const) {
      add(`SIG${name} ends a command that does not expect it: ${status}`, async (argv) => {
        const script = 'ulimit -c 0; echo ready; exec sleep 30';
        assert.is(await asFirst([...argv, 'sh', '-c', script], name), status);
      });
    }

    add('death by SIGKILL is 137', async (argv) => {
      assert.is((await run([...namespace, ...argv, 'sh', '-c', 'kill -KILL $$'])).code, 137);
    });
  }

  test.run();
}
