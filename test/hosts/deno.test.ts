import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { must, Shop, stocked } from '../commands/kit.ts';
import { cli, type Result, type RunOptions } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { project } from '../services/cache.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';

const needs = ['deno', 'pty', 'postgresql', 'mysql', 'secret-service'] as const;
const test = suite<{ deno: string }>('Deno', { needs });

test.before(async (context) => {
  context.deno = (await use('host', 'deno')).file;
});

const quiet = { DENO_NO_UPDATE_CHECK: '1' };
const password = 'Correct-Horse-7-Battery';
const given = { DBCREDS_DEV_URL: `postgresql://app:${password}@localhost/shop` };
const everything = ['run', '--no-prompt', '-A', cli];

/** Runs `dbcreds` under Deno, without a terminal. */
const under = (deno: string, shop: Shop, args: readonly string[], more: RunOptions = {}): Promise<Result> =>
  shop.program(deno, [...everything, ...args], { ...more, env: { ...quiet, ...more.env } });

const simple = (more: object = {}): Promise<Shop> =>
  Shop.open({ dev: { url: 'postgresql://app@localhost/shop', ...more } }, { ...quiet, ...given });

test('run: environment, stdin, exit status and death by signal are the command\u2019s own', async ({
  deno,
}) => {
  const shop = await simple();
  const run = (script: string, more: RunOptions = {}): Promise<Result> =>
    under(deno, shop, ['run', '-e', 'dev', '--', 'sh', '-c', script], more);
  const input = Buffer.alloc(1_000_000, 'abc\n');
  const stdin = await run('echo "$PGPASSWORD"; echo "err" >&2; cksum; env | grep -c DBCREDS_DEV; exit 7', {
    input,
  });
  assert.equal([stdin.code, stdin.stderr], [7, 'err\n']);
  assert.match(stdin.stdout, new RegExp(`^${password}\n\\d+ 1000000\n0\n$`));
  assert.is((await run('kill -KILL $$')).signal, 'SIGKILL');
  const told = await run('trap "exit 42" TERM; echo $PPID; while :; do sleep 0.05; done', {
    running: (pid) => setTimeout(() => process.kill(pid, 'SIGTERM'), 4_000).unref(),
  });
  assert.equal([told.code, told.signal], [42, null]);
  assert.is((await under(deno, shop, ['run', '-e', 'dev', '--', 'not-there'])).code, 127);
});

test('the question is asked on the terminal, and Ctrl-C ends it as a signal does', async ({ deno }) => {
  const shop = await simple({ production: true });
  const line = `'${deno}' ${everything.map((word) => `'${word}'`).join(' ')} run -e dev -- sed s/^/got:/`;
  const script = `echo piped | ${line}; echo | ${line}; echo "then $?"; stty -a`;
  const terminal = new Terminal('sh', ['-c', script], shop.options());
  const question = 'Type its name, dev, to go on: ';
  await terminal.expect(question);
  terminal.send(keys.interrupt);
  await terminal.expect(question);
  terminal.answer('dev');
  await terminal.expect('then 0');
  await terminal.end();
  assert.not.match(terminal.output, 'got:piped');
  for (const setting of ['icanon', 'echo', 'isig'])
    assert.match(terminal.output, new RegExp(`[^-]\\b${setting}\\b`));
});

test('it runs with these permissions alone, and says which it lacks', async ({ deno }) => {
  const shop = await simple();
  const state = join(shop.place.home, '.local/state/dbcreds');
  const least = ['--allow-read', '--allow-env', '--allow-sys=uid', '--allow-run', `--allow-write=${state}`];
  const run = (flags: readonly string[]): Promise<Result> =>
    shop.program(deno, ['run', '--no-prompt', ...flags, cli, 'run', '-e', 'dev', '--', 'printenv', 'PGUSER']);
  const good = must(await run(least));
  assert.equal([good.stdout, good.stderr], ['app\n', '']);
  const unlogged = must(await run(least.slice(0, 4)));
  assert.match(unlogged.stderr, /^dbcreds: warning: .* \(Deno was not given that permission\) \(LOG\)\n$/);
  const unread = await run(least.filter((flag) => !flag.startsWith('--allow-sys')));
  assert.is(unread.code, 125);
  assert.match(unread.stderr, 'dbcreds.json cannot be read (Deno was not given that permission)');
});

test('a password in the keychain', async ({ deno }) => {
  const keychain = await Keychain.open('unlocked');
  const shop = await Shop.open(
    { dev: { url: 'postgresql://app@localhost/shop', provider: 'keychain' } },
    keychain.env,
  );
  must(await under(deno, shop, ['add', 'dev', '--password-stdin', '--no-test'], { input: password }));
  const run = ['run', '-e', 'dev', '--', 'printenv', 'PGPASSWORD'];
  assert.is(must(await under(deno, shop, run)).stdout, `${password}\n`);
  assert.is(must(await shop.dbcreds(run)).stdout, `${password}\n`);
  await keychain.close();
});

for (const engine of ['postgresql', 'mysql'] as const) {
  test(`${engine}: logs in over verified TLS, opens the client, rotates`, async ({ deno }) => {
    const { shop } = await stocked(await use(engine));
    assert.match(must(await under(deno, shop, ['list'])).stdout, /^shop\/dev /m);
    assert.match(must(await under(deno, shop, ['check'])).stdout, /^shop\/dev /m);
    assert.match(must(await under(deno, shop, ['test', 'dev'])).stdout, /^TLS +TLSv1\.3, verified$/m);
    const args = engine === 'mysql' ? ['-Ne', 'select 1'] : ['-XAtc', 'select 1'];
    assert.is(must(await under(deno, shop, ['connect', 'dev', '--', ...args])).stdout, '1\n');
    assert.match(
      must(await under(deno, shop, ['rotate', 'dev', '--sole-holder', '--dry-run'])).output,
      /dev/,
    );
    must(await under(deno, shop, ['rotate', 'dev', '--sole-holder']));
    assert.match(must(await shop.dbcreds(['test', 'dev'])).stdout, /^logged in/);
  });

  test(`${engine}: a wrong certificate is refused, and told from others`, async ({ deno }) => {
    for (const [face, code] of [
      ['otherCa', 'CERT_UNKNOWN_CA'],
      // Deno says no more of it; the line of the certificate does.
      ['expired', 'CERT_UNKNOWN_CA'],
      ['otherName', 'CERT_NAME'],
    ] as const) {
      const { shop } = await stocked(await use(engine, face));
      const result = await under(deno, shop, ['test', 'dev']);
      assert.match(result.output, `(${code})`, `${face}: ${result.output}`);
      if (face === 'expired') assert.match(result.output, 'expired 1 days ago');
    }
  });
}

test('as the command: its clients connect by DATABASE_URL over verified TLS', async ({ deno }) => {
  for (const [engine, lines] of [
    [
      'postgresql',
      `import pg from 'npm:pg';
const client = new pg.Client({ connectionString: Deno.env.get('DATABASE_URL') });
await client.connect();
const { rows } = await client.query('select current_user as who, ssl from pg_stat_ssl where pid = pg_backend_pid()');
console.log(rows[0].who, rows[0].ssl);
await client.end();`,
    ],
    [
      'mysql',
      `import mysql from 'npm:mysql2/promise';
const client = await mysql.createConnection(Deno.env.get('DATABASE_URL'));
const [rows] = await client.query("show session status like 'Ssl_version'");
console.log(Deno.env.get('MYSQL_USER'), rows[0].Value !== '');
await client.end();`,
    ],
  ] as const) {
    const { shop, login } = await stocked(await use(engine));
    shop.place.write('package.json', { dependencies: { pg: '*', mysql2: '*' } });
    symlinkSync(join(project, 'node_modules'), join(shop.place.cwd, 'node_modules'));
    shop.place.write('app.ts', lines);
    const child = [
      deno,
      'run',
      '--no-prompt',
      '--allow-net',
      '--allow-env',
      '--allow-read',
      '--allow-sys',
      'app.ts',
    ];
    const result = must(await shop.dbcreds(['run', '-e', 'dev', '--', ...child], { env: quiet }));
    assert.is(result.stdout, `${login.user} true\n`, result.stderr);
  }
});

test.run();
