import { readFileSync } from 'node:fs';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, freePort, newLogin, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { codeOf, Shop, urlOf } from './kit.ts';

interface Tried {
  readonly code: number | null;
  readonly stderr: string;
  /** What stands in the file now. */
  readonly tls: unknown;
  readonly untouched: boolean;
  readonly shop: Shop;
}

interface Wish {
  readonly engine?: 'postgresql' | 'mariadb' | 'mysql';
  readonly ca?: boolean;
  readonly flags?: readonly string[];
  readonly password?: string;
  readonly query?: string;
}

/** Adds a profile on a server of that kind, from a piped URL. */
async function add(variant: Variant, wish: Wish = {}): Promise<Tried> {
  const server = await use(wish.engine ?? 'postgresql', variant);
  const login = await newLogin(server);
  const shop = await Shop.open();
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  const before = readFileSync(shop.file, 'utf8');
  const args = [
    'add',
    'dev',
    '--url-stdin',
    '--provider',
    'file',
    ...(wish.ca ? ['--tls-ca', 'ca.pem'] : []),
  ];
  const { code, stderr } = await shop.dbcreds([...args, ...(wish.flags ?? [])], {
    input: `${urlOf(server, login, wish.password ?? login.password)}${wish.query ? `?${wish.query}` : ''}`,
  });
  const tls = shop.profiles().dev?.tls;
  return { code, stderr, tls, untouched: readFileSync(shop.file, 'utf8') === before, shop };
}

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`add and TLS, ${engine}`, { needs: [engine] });

  test('a private CA that holds: verify-full', async () => {
    const { code, stderr, tls } = await add('right', { engine, ca: true });
    assert.is(code, 0, stderr);
    assert.match(stderr, /^dbcreds: TLS: verify-full, since the server proves its name\n/);
    assert.equal(tls, { ca: 'ca.pem', mode: 'verify-full' });
  });

  test('none, on this machine and not in production: disable', async () => {
    const { code, stderr, tls } = await add('plain', { engine });
    assert.is(code, 0, stderr);
    assert.match(stderr, /^dbcreds: TLS: disable, since the server offers none\n/);
    assert.equal(tls, { mode: 'disable' });
  });

  test('none, in production: nothing is stored', async () => {
    const { code, stderr, untouched } = await add('plain', { engine, flags: ['--production'] });
    assert.is(code, 125);
    assert.is(codeOf({ stderr }), 'TLS_REFUSED');
    assert.ok(untouched);
  });

  test('another name than the host: nothing is stored, and the names are told', async () => {
    const { code, stderr, untouched } = await add('otherName', { engine, ca: true });
    assert.is(code, 125);
    assert.match(
      stderr,
      /the server of dev offers TLS, but its certificate is for elsewhere\.test \(CERT_NAME\)/,
    );
    assert.ok(untouched);
  });

  test('an expired certificate: nothing is stored', async () => {
    const { stderr, untouched } = await add('expired', { engine, ca: true });
    assert.match(
      stderr,
      /offers TLS, but its certificate has expired \(CERT_EXPIRED\)\n\nNothing was stored\./,
    );
    assert.ok(untouched);
  });

  test.run();
}

const test = suite('add and what the server says', { needs: ['postgresql'] });

test('an authority that nobody here knows: not in production', async () => {
  const { code, stderr, untouched } = await add('otherCa', { flags: ['--production'] });
  assert.is(code, 125);
  assert.match(
    stderr,
    /its certificate comes from an authority that is not known here \(CERT_UNKNOWN_CA\)\n/,
  );
  assert.match(stderr, /\n {2}with the CA that signed it: +dbcreds add dev --tls-ca FILE\n/);
  assert.ok(untouched);
});

test('a local server that demands TLS and proves nothing: what to do is told', async () => {
  const { code, stderr, untouched } = await add('right');
  assert.is(code, 125);
  assert.is(codeOf({ stderr }), 'TLS_REQUIRED');
  assert.match(stderr, /Nothing was stored\./);
  assert.match(stderr, /use TLS: +dbcreds add dev --tls verify-full\n/);
  assert.match(stderr, /with a CA of your own: +dbcreds add dev --tls-ca FILE\n/);
  assert.ok(untouched);
});

test('a URL that asks for TLS gets it on this machine too, verified or not, or nothing is stored', async () => {
  for (const query of ['sslmode=require', 'ssl=true', 'ssl-mode=REQUIRED']) {
    const { code, stderr, tls } = await add('right', { query });
    assert.is(code, 0, stderr);
    assert.match(stderr, /TLS: require, since the server offers TLS, but/);
    assert.equal(tls, { mode: 'require' });
  }
  const none = await add('plain', { query: 'sslmode=require' });
  assert.equal([none.code, codeOf(none), none.untouched], [125, 'TLS_REFUSED', true]);
  assert.match(none.stderr, /with less, outside production: +dbcreds add dev --tls disable\n/);
  assert.equal((await add('plain', { query: 'sslmode=prefer' })).tls, { mode: 'disable' });
});

test('a stated mode is not probed, and holds', async () => {
  const lax = await add('otherCa', { flags: ['--tls', 'require'] });
  assert.is(lax.code, 0, lax.stderr);
  assert.not.match(lax.stderr, /TLS:/);
  assert.equal(lax.tls, { mode: 'require' });
  const strict = await add('otherCa', { ca: true, flags: ['--tls', 'verify-full'] });
  assert.is(codeOf(strict), 'CERT_UNKNOWN_CA');
  assert.match(strict.stderr, /name the CA that signed it: {2}dbcreds add dev --tls-ca FILE\n/);
  assert.ok(strict.untouched);
});

test('a wrong password stores nothing and leaves the file as it was', async () => {
  const { code, stderr, untouched, shop } = await add('right', { ca: true, password: 'not-The-right-1!' });
  assert.is(code, 125);
  assert.is(codeOf({ stderr }), 'WRONG_PASSWORD');
  assert.match(stderr, /\nNothing was stored\. PostgreSQL answers the same/);
  assert.match(stderr, /\n {2}store the right one: {2}dbcreds add dev\n$/);
  assert.not.match(stderr, /not-The-right-1|dbcreds (check|show|test)/);
  assert.ok(untouched);
  assert.is(codeOf(await shop.dbcreds(['show', 'dev'])), 'NO_PROFILE');
});

test('nobody listens: nothing is stored, unless nobody was to be asked', async () => {
  const url = `postgresql://app:a-Password-of-16@localhost:${await freePort()}/shop`;
  const shop = await Shop.open();
  const args = ['add', 'dev', '--url-stdin', '--provider', 'file'];
  const refused = await shop.dbcreds(args, { input: url });
  assert.is(codeOf(refused), 'REFUSED');
  assert.match(refused.stderr, /then try again: {2}dbcreds add dev\n$/);
  assert.equal(shop.profiles(), {});
  const { code, stderr } = await shop.dbcreds([...args, '--no-test'], { input: url });
  assert.is(code, 0, stderr);
});

test('the probe sends no user and no password', async () => {
  const server: Server = await use('postgresql', 'otherCa');
  const shop = await Shop.open();
  const url = `postgresql://never_seen:a-Password-of-16@localhost:${server.port}/nowhere_seen`;
  const args = ['add', 'dev', '--url-stdin', '--provider', 'file', '--production'];
  assert.is(codeOf(await shop.dbcreds(args, { input: url })), 'CERT_UNKNOWN_CA');
  await asAdmin(server, 'SELECT 1 AS after_that');
  const log = readFileSync(server.log, 'utf8');
  assert.match(log, /after_that/);
  assert.not.match(log, /never_seen|nowhere_seen/);
});

test.run();
