import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, stocked, urlOf } from './kit.ts';

const test = suite('export', { needs: ['postgresql', 'mariadb', 'mysql', 'pty'] });

/** Every kind of character that some format has to quote. */
const awkward = `a:b\\c"d'e#f g$h&i%j\\k`;

/** A shop whose user has a password of one's choice. */
async function shopWith(server: Server, password: string): Promise<Shop> {
  const login = await newLogin(server, { password });
  const shop = await Shop.open(
    { dev: { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' } } },
    { PATH: `${server.clients}:${process.env.PATH}` },
  );
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  await shop.store('dev', password);
  return shop;
}

/** What a run sets, by its own child. */
async function injected(shop: Shop): Promise<Record<string, string>> {
  const script = 'process.stdout.write(JSON.stringify(process.env))';
  const text = must(
    await shop.dbcreds(['run', '-e', 'dev', '--pristine', '--', 'node', '-e', script]),
  ).stdout;
  const inherited = /^(PATH|HOME|LANG|TMPDIR|TZ|DBCREDS_ACTIVE)$/;
  return Object.fromEntries(Object.entries(JSON.parse(text)).filter(([name]) => !inherited.test(name))) as {
    [name: string]: string;
  };
}

for (const engine of ['postgresql', 'mysql'] as const)
  test(`${engine}: json, dotenv and shell hold what a run sets`, async () => {
    const server = await use(engine);
    for (const password of [awkward, `it's`, 'back\\', 'x`$"\'', 'a#b$c']) {
      const shop = await shopWith(server, password);
      const wanted = await injected(shop);
      assert.is(wanted[engine === 'postgresql' ? 'PGPASSWORD' : 'MYSQL_PWD'], password);
      const of = async (format: string) =>
        must(await shop.dbcreds(['export', 'dev', '--format', format])).stdout;
      assert.equal(JSON.parse(await of('json')), wanted);
      const script = shop.place.write('env.sh', await of('shell'));
      const dump = `env -i sh -c '. "$0" && exec "$1" -p "JSON.stringify(process.env)"' "$0" "$1"`;
      const read = must(await shop.program('sh', ['-c', dump, script, process.execPath]));
      const { PWD: _, ...sourced } = JSON.parse(read.stdout);
      assert.equal(sourced, wanted);
      const dotenv = await shop.dbcreds(['export', 'dev']);
      assert.equal(parse(must(dotenv).stdout), wanted, dotenv.stdout);
    }
  });

test('dotenv: what docker --env-file reads as it stands has no quotes', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const text = must(await shop.dbcreds(['export', 'dev', '--only', 'DATABASE_URL,PGPASSWORD'])).stdout;
  const [url = '', password] = text.split('\n');
  assert.is(password, `PGPASSWORD=${login.password}`);
  // Compose would expand it without quotes.
  const cash = await shopWith(await use('postgresql'), 'a$b');
  assert.is(must(await cash.dbcreds(['export', 'dev', '--only', 'PGPASSWORD'])).stdout, "PGPASSWORD='a$b'\n");
  assert.match(url, /^DATABASE_URL=postgresql:\/\/.*\?sslmode=verify-full&sslrootcert=/);
});

test('dotenv: a password that no quotes hold is refused, and what holds it is named', async () => {
  const shop = await shopWith(await use('postgresql'), ' \'"`#');
  const refused = await shop.dbcreds(['export', 'dev']);
  assert.equal([refused.code, refused.stdout, codeOf(refused)], [125, '', 'USAGE']);
  assert.match(refused.stderr, /^dbcreds: PGPASSWORD cannot stand in a \.env file/);
  assert.ok(!refused.stderr.includes('`#'));
});

test('pgpass: psql reads it, whatever the password', async () => {
  for (const password of [awkward, '\\:', '*']) {
    const server = await use('postgresql');
    const shop = await shopWith(server, password);
    const text = must(await shop.dbcreds(['export', 'dev', '--format', 'pgpass'])).stdout;
    shop.place.write(join(shop.place.home, '.pgpass'), text, 0o600);
    const { url = '' } = shop.profiles().dev as { url?: string };
    const query = ['-XAtwc', 'SELECT current_user', `${url}?sslmode=verify-full&sslrootcert=ca.pem`];
    const { stdout } = must(await shop.program('psql', query));
    assert.is(stdout, `${new URL(url).username}\n`);
  }
});

for (const [engine, clients] of [
  ['mariadb', ['mariadb', 'mysql']],
  ['mysql', ['mysql', 'mariadb']],
] as const)
  test(`${engine}: my.cnf, and the clients of both families read it over verified TLS`, async () => {
    const server = await use(engine);
    const shop = await shopWith(server, awkward);
    const text = must(await shop.dbcreds(['export', 'dev', '--format', 'my.cnf'])).stdout;
    const file = shop.place.write('my.cnf', text, 0o600);
    const { url = '' } = shop.profiles().dev as { url?: string };
    const [client] = clients;
    const args = [`--defaults-file=${file}`, '-Ne', 'SELECT USER(), DATABASE()'];
    const { stdout, stderr } = must(await shop.program(client, args));
    const { username, pathname } = new URL(url);
    assert.is(stdout, `${username}@localhost\t${pathname.slice(1)}\n`);
    assert.is(stderr, '');
    for (const face of ['otherCa', 'otherName']) {
      const moved = text.replace(/^port=.*$/m, `port=${(await use(engine, face)).port}`);
      const other = shop.place.write('other.cnf', moved, 0o600);
      for (const one of clients) {
        const refused = await shop.program(one, [`--defaults-file=${other}`, '-Ne', 'SELECT 1']);
        assert.is(refused.code, 1, one);
        assert.match(refused.stderr, /ERROR 2026 .*(certificate|SSL connection error|validation)/i);
      }
    }
  });

test('url: alone, in the style that was asked for', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const url = must(await shop.dbcreds(['export', '-e', 'dev', '--format', 'url'])).stdout;
  assert.ok(url.startsWith(`postgresql://${login.user}:${login.password}@localhost:`), url);
  const told = must(await shop.dbcreds(['export', 'dev'], { env: { DBCREDS_DEBUG: '1' } }));
  assert.match(told.stderr, /^dbcreds: debug: /);
  assert.ok(!told.stderr.includes(login.password));
  assert.match(
    must(await shop.dbcreds(['export', 'dev', '--format', 'url', '--url-style', 'jdbc'])).stdout,
    /^jdbc:postgresql:\/\/\S+\n$/,
  );
});

test('url: through a tunnel it says what to dial, since no variable does', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const near = `127.0.0.1:${(await use('postgresql')).port}`;
  const url = `postgresql://${login.user}@db.example:5432/${login.database}`;
  shop.write({ far: { url, tls: { mode: 'require' } } });
  await shop.store('far', login.password);
  const told = must(await shop.dbcreds(['export', 'far', '--format', 'url', '--via', near])).stdout.trim();
  assert.is(new URL(told).searchParams.get('hostaddr'), '127.0.0.1');
  const { stdout } = must(await shop.program('psql', ['-XAtwc', 'SELECT current_user', told]));
  assert.is(stdout, `${login.user}\n`);
});

test('a word too much or a wrong one', async () => {
  const { shop } = await stocked(await use('postgresql'));
  for (const args of [
    ['--format', 'my.cnf'],
    ['--format', 'yaml'],
    ['--format', 'url', '--only', 'PGHOST'],
    ['--format', 'url', '--url-style', 'none'],
    ['-e', 'prod'],
  ]) {
    const result = await shop.dbcreds(['export', 'dev', ...args]);
    assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'USAGE'], args.join(' '));
  }
});

test('production: asked for on the terminal, even with stdout in a pipe; by --confirm without one; logged', async () => {
  const { shop, login } = await stocked(await use('postgresql'), { production: true }, 'prod');
  const args = ['export', 'prod', '--format', 'url'];
  const refused = await shop.dbcreds(args);
  assert.equal([refused.code, refused.stdout, codeOf(refused)], [125, '', 'CONFIRM']);
  assert.match(refused.stderr, /dbcreds export prod --confirm prod/);
  const told = must(await shop.dbcreds([...args, '--confirm', 'prod', '--reason', 'a ticket']));
  assert.ok(told.stdout.includes(login.password));

  const piped = new Terminal(
    'sh',
    ['-c', `"$0" "$1" ${args.join(' ')} --confirm prod | wc -c`, process.execPath, cli],
    shop.options(),
  );
  await piped.expect('Type its name, prod, to go on: ');
  piped.answer('prod');
  await piped.expect(/^\s*\d+\r\n/m);
  await piped.end();
  assert.ok(!piped.output.includes(login.password));
  assert.equal(
    shop.log().map(({ event, outcome, code, reason }) => [event, outcome, code, reason].filter(Boolean)),
    [
      ['add', 'done'],
      ['export', 'refused', 'CONFIRM'],
      ['export', 'done', 'a ticket'],
      ['export', 'done'],
    ],
  );
});

test('an expired password is refused as by a run', async () => {
  const { shop } = await stocked(await use('postgresql'), { expires: '1d' });
  await shop.alter('dev', (record) => ({
    ...record,
    current: { password: record.current.password, setAt: Date.now() - 3 * 86_400_000 },
  }));
  const refused = await shop.dbcreds(['export', 'dev']);
  assert.equal([refused.code, refused.stdout, codeOf(refused)], [125, '', 'EXPIRED']);
  const told = must(await shop.dbcreds(['export', 'dev', '--allow-expired']));
  assert.match(told.stderr, /EXPIRED/);
  assert.equal(shop.log().at(-1)?.overrides, ['EXPIRED']);
});

test('a file is warned of, in one line; a pipe is not', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  assert.is(must(await shop.dbcreds(['export', 'dev'])).stderr, '');
  shop.place.write('.git/HEAD', 'ref: refs/heads/main\n');
  const line = `"$0" "$1" export dev > .env.local`;
  const written = must(await shop.program('sh', ['-c', line, process.execPath, cli]));
  assert.is(
    written.stderr,
    'dbcreds: warning: the password of dev is in the clear now in .env.local; ' +
      'others may read it (chmod 600); it lies in a git work tree (.gitignore)\n',
  );
  assert.ok(readFileSync(join(shop.place.cwd, '.env.local'), 'utf8').includes(login.password));
  writeFileSync(join(shop.place.folder, 'private'), '');
  chmodSync(join(shop.place.folder, 'private'), 0o600);
  const quiet = must(
    await shop.program('sh', ['-c', '"$0" "$1" export dev > ../../private', process.execPath, cli]),
  );
  assert.is(quiet.stderr, 'dbcreds: warning: the password of dev is in the clear now in private\n');
});

test.run();
