import { existsSync, readFileSync } from 'node:fs';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, type Terminal } from '../helpers/terminal.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Shop, urlOf } from './kit.ts';

const test = suite<{ server: Server; login: Login }>('add on a terminal', { needs: ['postgresql', 'pty'] });

test.before(async (context) => {
  context.server = await use('postgresql');
  context.login = await newLogin(context.server, { password: 'Pass-w0rd/with?all#of%it@' });
});

const urlQuestion = 'Connection URL (hidden; Enter for the parts): ';

/** A shop whose `dbcreds.json` has no profile yet, with the server's CA beside it. */
async function empty(server: Server): Promise<Shop> {
  const shop = await Shop.open({}, { PATH: `${server.clients}:${process.env.PATH}` });
  shop.place.write('certs/ca.pem', readFileSync(server.ca, 'utf8'));
  return shop;
}

/** Ends well, and has shown nothing of the password. */
async function succeeds(terminal: Terminal, password: string): Promise<string> {
  assert.equal(await terminal.end(), { code: 0, signal: null }, terminal.output);
  assert.equal(findSecret(terminal.output, password), []);
  return terminal.output;
}

const whoami = ['psql', '-Atc', 'select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid()'];

test('a pasted URL is all there is to it', async ({ server, login }) => {
  const shop = await empty(server);
  const add = shop.terminal(['add', 'dev', '--provider', 'file']);
  await add.expect(urlQuestion);
  add.answer(
    `${urlOf(server, login, login.password)}?sslmode=require&sslrootcert=certs/ca.pem&schema=a&pool=x&evil=1`,
  );
  const output = await succeeds(add, login.password);
  assert.match(output, /TLS: verify-full, since the server proves its name/);
  assert.match(output, /left out of the URL: evil, not known to be harmless\r\n/);
  assert.ok(output.includes(`shop/dev is defined in ${shop.file}\r\n`), output);
  assert.match(output, /logged in, and stored the password of shop\/dev in .*credentials\.age\r\n/);
  assert.match(output, /dbcreds run --env dev -- \.\.\.\r\n/);
  assert.equal(shop.profiles().dev, {
    url: urlOf(server, login),
    tls: { ca: 'certs/ca.pem', mode: 'verify-full' },
    params: { schema: 'a', pool: 'x' },
  });
  const run = await shop.dbcreds(['run', '--env', 'dev', '--', ...whoami]);
  assert.equal([run.stdout, run.stderr], [`${login.user}|t\n`, '']);
  assert.equal(searchFolders([shop.place.folder], login.password), []);
});

test('Enter leads through the parts, each with a preset', async ({ server, login }) => {
  const shop = await empty(server);
  const add = shop.terminal(['add', 'dev', '--provider', 'file', '--tls-ca', 'certs/ca.pem']);
  await add.expect(urlQuestion);
  add.answer('');
  await add.expect('Engine (postgresql, mysql, mariadb) [postgresql]: ');
  add.answer('');
  await add.expect('Host [localhost]: ');
  add.answer('');
  await add.expect('Port [5432]: ');
  add.answer(String(server.port));
  await add.expect('Database [postgres]: ');
  add.answer(login.database);
  await add.expect(`User [${login.database}]: `);
  add.answer(login.user);
  await add.expect(`Password of ${login.user}@localhost:${server.port}/${login.database} (hidden): `);
  add.answer(login.password);
  await succeeds(add, login.password);
  assert.is(shop.profiles().dev?.url, urlOf(server, login));
});

test('only what options leave open is asked', async ({ server, login }) => {
  const shop = await empty(server);
  const given = [
    '--host',
    'localhost',
    '--port',
    String(server.port),
    '--type',
    'pg',
    '--database',
    login.database,
  ];
  const add = shop.terminal(['add', 'dev', '--provider', 'file', '--tls-ca', 'certs/ca.pem', ...given]);
  await add.expect(`User [${login.database}]: `);
  add.answer(login.user);
  await add.expect('(hidden): ');
  add.answer(login.password);
  const output = await succeeds(add, login.password);
  assert.not.match(output, /Connection URL|Engine|Host \[|Port \[|Database \[/);
});

const wrong: readonly (readonly [name: string, question: string, answer: string, says: RegExp])[] = [
  [
    'an engine',
    'Engine (postgresql, mysql, mariadb) [postgresql]: ',
    'oracle',
    /the engine is none of postgresql/,
  ],
  [
    'a host',
    'Host [localhost]: ',
    'postgres://a:hunter2@db/x',
    /a host is one name, address or absolute path/,
  ],
  ['a port', 'Port [5432]: ', 'abc', /a port is a number from 1 to 65535/],
];

for (const [name, question, answer, says] of wrong) {
  test(`${name} that is none`, async ({ server }) => {
    const shop = await empty(server);
    const add = shop.terminal(['add', 'dev', '--provider', 'file']);
    await add.expect(urlQuestion);
    add.answer('');
    for (const [, earlier] of wrong) {
      await add.expect(earlier);
      add.answer(earlier === question ? answer : '');
      if (earlier === question) break;
    }
    assert.equal(await add.end(), { code: 125, signal: null });
    assert.match(add.output, says);
    assert.equal(shop.profiles(), {});
  });
}

const unreadable: readonly (readonly [url: string, says: RegExp])[] = [
  ['app:hunter2@localhost/shop', /it does not read engine:/],
  ['oracle://app:hunter2@localhost/shop', /its scheme is none of postgresql/],
  ['postgres://app:hun#ter2@localhost/shop', /it has a # in it/],
  ['postgres://app:hunter%2@localhost/shop', /% that is no percent-encoding/],
  ['postgres://app:12/hunter2@localhost/shop', /it has an @ behind a \/ or \?/],
  ['postgres://app:12?hunter2@localhost/shop', /it has an @ behind a \/ or \?/],
  ['postgres://app:hunter2/x@localhost/shop', /@ behind a \/|cannot be told apart/],
  ['postgres://app:hunter2@localhost:99999/shop', /its port is not between/],
];

for (const [url, says] of unreadable) {
  test(`a URL that cannot be read is not shown: ${url.replace('hunter2', '***')}`, async () => {
    const shop = await Shop.open();
    const add = shop.terminal(['add', 'dev', '--provider', 'file']);
    await add.expect(urlQuestion);
    add.answer(url);
    assert.equal(await add.end(), { code: 125, signal: null });
    assert.match(add.output, says);
    assert.not.match(add.output, /hun|ter2/);
    assert.equal(shop.profiles(), {});
  });
}

test('a name that says production is asked about, and Enter means yes', async ({ server, login }) => {
  for (const [name, answer, production] of [
    ['prod', '', true],
    ['eu-live', 'n', undefined],
  ] as const) {
    const shop = await empty(server);
    const add = shop.terminal(['add', name, '--provider', 'file', '--tls-ca', 'certs/ca.pem']);
    await add.expect(urlQuestion);
    add.answer(urlOf(server, login, login.password));
    await add.expect(`Is ${name} production, to be confirmed before each run? [Y/n]: `);
    add.answer(answer);
    await succeeds(add, login.password);
    assert.is(shop.profiles()[name]?.production, production);
  }
});

test('an answer that ends it: Ctrl-C as the signal, Ctrl-D as a refusal; nothing is left', async () => {
  const shop = await Shop.open();
  const before = readFileSync(shop.file, 'utf8');
  for (const [key, end] of [
    [keys.interrupt, { code: null, signal: 'SIGINT' }],
    [keys.quit, { code: null, signal: 'SIGINT' }],
    [keys.end, { code: 125, signal: null }],
  ] as const) {
    const add = shop.terminal(['add', 'dev', '--provider', 'file']);
    await add.expect(urlQuestion);
    add.send(key);
    assert.equal(await add.end(), end);
  }
  const password = shop.terminal(['add', 'dev', '--provider', 'file', '--no-test']);
  await password.expect(urlQuestion);
  password.answer('postgres://app@localhost/shop');
  await password.expect('(hidden): ');
  password.send(`half a pass${keys.interrupt}`);
  assert.equal(await password.end(), { code: null, signal: 'SIGINT' });
  assert.is(readFileSync(shop.file, 'utf8'), before);
  assert.not.ok(existsSync(shop.context().folders.data));
});

test('an empty password is none', async () => {
  const shop = await Shop.open();
  const add = shop.terminal(['add', 'dev', '--provider', 'file', '--no-test']);
  await add.expect(urlQuestion);
  add.answer('postgres://app@localhost/shop');
  await add.expect('(hidden): ');
  add.answer('');
  assert.equal(await add.end(), { code: 125, signal: null });
  assert.match(add.output, /the password is empty: nothing was stored \(NO_CREDENTIAL\)/);
  assert.equal(shop.profiles(), {});
});

test('where there is no keychain it is said before anything is typed', async () => {
  const shop = await Shop.open();
  const add = shop.terminal(['add', 'dev']);
  assert.equal(await add.end(), { code: 125, signal: null });
  assert.match(add.output, /^dbcreds: there is no Secret Service to ask \(KEYCHAIN_MISSING\)/);
  assert.match(add.output, /dbcreds add dev --provider file/);
  assert.not.match(add.output, /Connection URL/);
});

test.run();
