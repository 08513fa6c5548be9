import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, Shop } from '../commands/kit.ts';
import { cli, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { use } from '../services/use.ts';

/** What stands between a script's name and its arguments. */
const dashes = { npm: ['--'], pnpm: [], yarn: [], berry: [] } as const;

/** Says when it is there, and ends a moment after Ctrl-C. */
const slow = `process.on('SIGINT', () => { console.log('told'); setTimeout(() => { console.log('bye'); process.exit(0); }, 300); });
console.log('ready ' + process.env.PGUSER);
setInterval(() => {}, 1000);`;

for (const runner of ['npm', 'pnpm', 'yarn', 'berry'] as const) {
  const test = suite(`scripts of ${runner}`, { needs: ['pty', ...(runner === 'npm' ? [] : [runner])] });

  /** A project with the runner and `dbcreds` in its `PATH`, and the runner's name there. */
  async function open(): Promise<{ shop: Shop; name: string }> {
    const url = 'postgresql://app@localhost/shop';
    const secret = 'postgresql://app:Correct-Horse-7-Battery@localhost/shop';
    const env = { DBCREDS_DEV_URL: secret, DBCREDS_OTHER_URL: secret };
    const quiet = { YARN_ENABLE_TELEMETRY: '0', npm_config_update_notifier: 'false', NO_COLOR: '1' };
    const shop = await Shop.open({ dev: { url }, other: { url } }, { ...env, ...quiet });
    const bin = join(shop.place.cwd, 'node_modules/.bin');
    shop.place.write('node_modules/.bin/.keep', '');
    symlinkSync(cli, join(bin, 'dbcreds'));
    const name = runner === 'berry' ? 'yarn' : runner;
    if (runner !== 'npm') {
      const { file } = await use('host', runner);
      const run = file.endsWith('.js') ? `exec '${process.execPath}' '${file}'` : `exec '${file}'`;
      chmodSync(shop.place.write(`node_modules/.bin/${name}`, `#!/bin/sh\n${run} "$@"\n`), 0o755);
    }
    shop.place.write('slow.js', slow);
    shop.place.write('yarn.lock', '');
    shop.place.write('.yarnrc.yml', 'nodeLinker: node-modules\nenableGlobalCache: false\n');
    shop.place.write('package.json', {
      name: 'shop',
      private: true,
      scripts: {
        ok: 'dbcreds run --env dev -- printenv PGUSER',
        fails: "dbcreds run --env dev -- sh -c 'exit 7'",
        args: 'dbcreds run --env dev -- sh -c \'printf "%s|" "$@"\' sh',
        outer: `dbcreds run --env dev -- ${name} run ok`,
        mixed: `dbcreds run --env dev -- ${name} run foreign`,
        foreign: 'dbcreds run --env other -- echo ran',
        slow: 'dbcreds run --env dev -- node slow.js',
      },
    });
    const opened = { shop, name };
    if (runner === 'berry') assert.is((await script(opened, 'install')).code, 0);
    return opened;
  }

  const options = ({ shop }: { shop: Shop }): object =>
    shop.options({ env: { PATH: `${join(shop.place.cwd, 'node_modules/.bin')}:${process.env.PATH}` } });

  const script = (opened: { shop: Shop; name: string }, ...words: string[]): Promise<Result> =>
    opened.shop.program(opened.name, words, { ...options(opened), timeout: 60_000 });

  test('a script gets the credentials, its arguments and gives its exit status', async () => {
    const opened = await open();
    assert.match((await script(opened, 'run', 'ok')).stdout, /^app$/m);
    assert.is((await script(opened, 'run', 'fails')).code, 7);
    const args = await script(opened, 'run', 'args', ...dashes[runner], '-x', 'a b');
    assert.match(args.stdout, '-x|a b|');
  });

  test('a script that runs another under the same profile passes through; under another it is refused', async () => {
    const opened = await open();
    const { stdout } = await script(opened, 'run', 'outer');
    assert.match(stdout, /^app$/m);
    const mixed = await script(opened, 'run', 'mixed');
    assert.equal([mixed.code, codeOf({ stderr: mixed.output })], [125, 'NESTED']);
    assert.not.match(mixed.stdout, /^ran$/m);
  });

  test('Ctrl-C reaches the program once, and the shell goes on behind it', async () => {
    const opened = await open();
    const terminal = new Terminal(
      'sh',
      ['-c', `trap : INT; ${opened.name} run slow; echo "then $?"`],
      options(opened),
    );
    await terminal.expect('ready app');
    terminal.send(keys.interrupt);
    await terminal.expect('told');
    // Yarn 1 does not wait for what it started, whatever that is.
    if (runner !== 'yarn') await terminal.expect('bye');
    await terminal.expect(/then \d+/);
    assert.is((await terminal.end()).code, 0);
    assert.is(terminal.output.split('told').length, 2);
  });

  test.run();
}
