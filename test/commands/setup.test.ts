import { readFileSync } from 'node:fs';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { freePort, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, urlOf, type Written } from './kit.ts';

const test = suite<{ server: Server; login: Login }>('setup', { needs: ['postgresql', 'pty'] });

test.before(async (context) => {
  context.server = await use('postgresql');
  context.login = await newLogin(context.server, { password: 'Pass-w0rd/with?all#of%it@' });
});

const tls = { mode: 'verify-full', ca: 'ca.pem' };

/** A clone of a project: its file is there, and no password. */
async function cloned(server: Server, profiles: { readonly [name: string]: Written }): Promise<Shop> {
  const shop = await Shop.open(profiles, { PATH: `${server.clients}:${process.env.PATH}` });
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  return shop;
}

test('each missing password is asked for, tried, and asked for again; Enter skips one', async ({
  server,
  login,
}) => {
  const url = urlOf(server, login);
  const down = `postgresql://app@localhost:${await freePort()}/shop`;
  const shop = await cloned(server, {
    dev: { url, tls },
    prod: { url, tls, production: true },
    down: { url: down },
    later: { url, tls },
    ci: { url, provider: 'env' },
  });
  const screen = shop.terminal(['setup']);
  const asked = await screen.expect(
    `${login.user}@localhost:${server.port}/${login.database} (hidden; Enter skips it): `,
  );
  assert.match(
    asked,
    /1 of 4: shop\/dev, as .*dbcreds\.json has it\.\r\nTLS: verify-full, with the CA .*ca\.pem\.\r\n/,
  );
  screen.answer('a-Wrong-password-1');
  await screen.expect(/\(WRONG_PASSWORD\)[\s\S]*Enter skips it\): /);
  screen.answer('postgresql://other:secret-Word-1@elsewhere.example/d');
  await screen.expect(/that URL is for another target \(USAGE\)[\s\S]*Enter skips it\): /);
  screen.answer(login.password);
  await screen.expect(
    /logged in, and stored in [\s\S]*2 of 4: shop\/prod, PRODUCTION[\s\S]*Enter skips it\): /,
  );
  screen.answer(urlOf(server, login, login.password));
  await screen.expect(/3 of 4: shop\/down[\s\S]*Enter skips it\): /);
  screen.answer('whatever-Password-1');
  await screen.expect(/\(REFUSED\)[\s\S]*Enter skips it\): /);
  screen.answer('');
  await screen.expect(/4 of 4: shop\/later[\s\S]*Enter skips it\): /);
  screen.answer('');
  assert.equal(await screen.end(), { code: 1, signal: null }, screen.output);
  const table = screen.output.slice(screen.output.indexOf('PROFILE'));
  for (const row of [
    /shop\/dev +\S+ +\S+ +works\r\n/,
    /shop\/prod ! +\S+ +\S+ +works\r\n/,
    /shop\/down +\S+ +\S+ +no password\r\n/,
    /shop\/later +\S+ +\S+ +no password\r\n/,
    /shop\/ci +\S+ +DBCREDS_CI_\* +no password\r\n/,
    /down, later: +dbcreds add down\r\n/,
    /ci gets it from: +DBCREDS_CI_URL\r\n/,
  ])
    assert.match(table, row);
  assert.equal(findSecret(screen.output, login.password), []);
  assert.equal(searchFolders([shop.place.folder], login.password), []);
  const whoami = ['psql', '-Atc', 'select current_user'];
  assert.is(must(await shop.dbcreds(['run', '-e', 'dev', '--', ...whoami])).stdout, `${login.user}\n`);
});

test('without a terminal it lists what is missing; where nothing is, it says what works', async ({
  server,
  login,
}) => {
  const url = urlOf(server, login);
  const shop = await cloned(server, { dev: { url, tls }, two: { url, tls, credential: 'dev' } });
  const refused = await shop.dbcreds(['setup']);
  assert.is(refused.code, 125);
  assert.is(codeOf(refused), 'NO_TERMINAL');
  assert.match(refused.stderr, /2 passwords are lacking/);
  assert.match(refused.stderr, /shop\/dev {2}\S+, no password\n/);
  assert.match(refused.stderr, /dbcreds add dev --password-stdin\n/);
  must(await shop.dbcreds(['add', 'dev', '--password-stdin'], { input: login.password }));
  const half = await shop.dbcreds(['setup']);
  assert.match(half.stderr, /a password is lacking[\s\S]*not allowed from here[\s\S]*dbcreds trust two\n/);
  shop.write({ dev: { url, tls } });
  const done = must(await shop.dbcreds(['setup']));
  assert.match(done.stdout, /^PROFILE[\s\S]*\nshop\/dev +\S+ +\S+ +works\n$/);
  const untried = must(await shop.dbcreds(['setup', '--no-test']));
  assert.match(untried.stdout, /stored, not tried\n/);
});

test('one that shares a password is allowed, not asked for; so is one of another clone', async ({
  server,
  login,
}) => {
  const shop = await cloned(server, {
    two: { url: urlOf(server, login).replace(login.database, 'postgres'), tls, credential: 'one' },
    one: { url: urlOf(server, login), tls },
  });
  const screen = shop.terminal(['setup']);
  await screen.expect(/1 of 2: shop\/one[\s\S]*Enter skips it\): /);
  screen.answer(login.password);
  await screen.expect('Use the password here from now on? Type yes: ');
  screen.answer('yes');
  assert.equal(await screen.end(), { code: 0, signal: null }, screen.output);
  assert.match(screen.output, /shop\/two +\S+ +\S+ +works\r\n/);
  shop.write({ one: { url: urlOf(server, login), tls, hostAddress: '127.0.0.1' } });
  const moved = shop.terminal(['setup']);
  await moved.expect('Use the password here from now on? Type yes: ');
  moved.answer('no');
  assert.equal(await moved.end(), { code: 1, signal: null }, moved.output);
  assert.match(moved.output, /shop\/one +\S+ +\S+ +not allowed from here\r\n[\s\S]*dbcreds trust one/);
});

test('where there is no keychain, and where there is no profile', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@h.example/d', provider: 'keychain' } });
  for (const result of [await shop.dbcreds(['setup'])]) {
    assert.is(codeOf(result), 'KEYCHAIN_MISSING');
    assert.match(result.stderr, /dbcreds setup --provider file\n/);
  }
  const file = await shop.dbcreds(['setup', '--provider', 'file']);
  assert.is(codeOf(file), 'NO_TERMINAL');
  shop.write({});
  const none = must(await shop.dbcreds(['setup']));
  assert.match(none.stderr, /no profile is in force here[\s\S]*dbcreds init\n$/);
});

test('a stored password that does not work is told with its cause', async ({ server, login }) => {
  const shop = await cloned(server, {
    dev: { url: urlOf(server, login), tls },
    old: { url: urlOf(server, login), tls },
  });
  await shop.store('dev', 'a-Wrong-password-1');
  await shop.store('old', login.password);
  await shop.alter('old', (record) => ({ ...record, current: { ...record.current, expiresAt: 1000 } }));
  const result = await shop.dbcreds(['setup']);
  assert.is(result.code, 1);
  assert.match(result.stdout, /shop\/dev .*\(WRONG_PASSWORD\)\n/);
  assert.match(result.stdout, /shop\/old .* expired\n/);
  assert.match(result.stderr, /dev does not work: +dbcreds test dev\n/);
});

test.run();
