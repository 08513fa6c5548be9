import { codeOf, must, Shop, stocked, urlOf } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('run --read-only', { needs: ['postgresql', 'mariadb', 'mysql', 'pty'] });

const sql = (statement: string): string[] => ['--', 'psql', '-v', 'ON_ERROR_STOP=1', '-Atqc', statement];

test('PostgreSQL: a session that does not write, until it says otherwise', async () => {
  const { shop } = await stocked(await use('postgresql'));
  const run = (...args: string[]) => shop.dbcreds(['run', '-e', 'dev', ...args]);
  must(await run(...sql('CREATE TABLE t (x int)')));
  const refused = await run('--read-only', ...sql('INSERT INTO t VALUES (1)'));
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot execute INSERT in a read-only transaction/);
  assert.is(must(await run('--read-only', ...sql('SELECT count(*) FROM t'))).stdout, '0\n');
  // A guard rail and not a wall.
  must(await run('--read-only', ...sql('SET TRANSACTION READ WRITE; INSERT INTO t VALUES (1)')));
  assert.is(must(await run(...sql('SELECT count(*) FROM t'))).stdout, '1\n');
  const dry = must(await run('--read-only', '--dry-run', '--', 'psql'));
  assert.match(dry.stdout, /^read-only a guard rail and not a wall: the session can set it back$/m);
});

test('PGOPTIONS of the profile stay beside it', async () => {
  const { shop } = await stocked(await use('postgresql'), {
    params: { options: '-c application_name=ours' },
  });
  const run = await shop.dbcreds([
    ...['run', '-e', 'dev', '--read-only'],
    ...sql("SELECT current_setting('application_name'), current_setting('transaction_read_only')"),
  ]);
  // psql names itself, unless PGOPTIONS or a URL does.
  assert.match(must(run).stdout, /\|on\n$/);
  const url = must(
    await shop.dbcreds(['run', '-e', 'dev', '--read-only', '--', 'sh', '-c', 'echo $PGOPTIONS']),
  );
  assert.is(url.stdout, '-c application_name=ours -c default_transaction_read_only=on\n');
});

test('a profile that cannot write goes before: its user, its password, its rights', async () => {
  const server = await use('postgresql');
  const { shop, login } = await stocked(server);
  const reader = await newLogin(server);
  await asAdmin(server, `GRANT CONNECT ON DATABASE "${login.database}" TO "${reader.user}"`);
  const [dev] = Object.values(shop.profiles());
  shop.write({
    dev: { ...dev, readOnly: 'reader' },
    reader: { ...dev, url: urlOf(server, { ...reader, database: login.database }) },
  });
  await shop.store('reader', reader.password);
  const who = await shop.dbcreds(['run', '-e', 'dev', '--read-only', ...sql('SELECT current_user')]);
  assert.is(must(who).stdout, `${reader.user}\n`);
  const write = await shop.dbcreds([
    ...['run', '-e', 'dev', '--read-only'],
    ...sql('CREATE TABLE public.u (x int)'),
  ]);
  assert.match(write.stderr, /permission denied/);
  assert.is(
    must(await shop.dbcreds(['run', '-e', 'dev', ...sql('SELECT current_user')])).stdout,
    `${login.user}\n`,
  );
});

for (const engine of ['mariadb', 'mysql'] as const) {
  test(`${engine} has no such switch: refused, and what to do`, async () => {
    const { shop } = await stocked(await use(engine));
    const result = await shop.dbcreds(['run', '-e', 'dev', '--read-only', '--', 'echo', 'ran']);
    assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'READ_ONLY']);
    assert.match(result.stderr, new RegExp(`${engine} has no switch for one session`));
    assert.ok(result.stderr.includes(`name one:  "readOnly": "NAME" in ${shop.file}\n`));
  });
}

test('a profile that cannot write, and is not there', async () => {
  const shop = await Shop.open({ dev: { url: 'mysql://a@localhost/d', readOnly: 'reader' } });
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--read-only', '--', 'true'])), 'NO_PROFILE');
});

test('development does not become production by it', async () => {
  const shop = await Shop.open({
    dev: { url: 'postgresql://a@localhost/d', readOnly: 'prod' },
    prod: { url: 'postgresql://a@db.example/d', production: true },
  });
  const { stderr } = await shop.dbcreds(['run', '-e', 'dev', '--read-only', '--', 'true']);
  assert.is(codeOf({ stderr }), 'READ_ONLY');
});

test.run();
