import { readFileSync } from 'node:fs';
import { impostor } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, freePort, type Login, newLogin, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { codeOf, must, Shop, stocked, urlOf, type Written } from './kit.ts';

interface Wish {
  readonly variant?: Variant;
  /** In place of the server's own. */
  readonly url?: (url: string) => string;
  readonly tls?: Written;
  readonly password?: string;
}

const rows = (text: string): { [label: string]: string } =>
  Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/, 2) as [string, string]),
  );

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`test, ${engine}`, { needs: [engine] });

  /** A profile as wished, its password stored without a login. */
  async function wished(wish: Wish): Promise<{ shop: Shop; login: Login; server: Server }> {
    const server = await use(engine, wish.variant ?? 'right');
    const login = await newLogin(server);
    const url = wish.url?.(urlOf(server, login)) ?? urlOf(server, login);
    const shop = await Shop.open({ dev: { url, tls: wish.tls ?? { mode: 'verify-full', ca: 'ca.pem' } } });
    shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
    await shop.store('dev', wish.password ?? login.password);
    return { shop, login, server };
  }

  const account = ({ user }: Login): string => (engine === 'postgresql' ? user : `${user}@%`);

  test('what the server is, and as whom one comes in', async () => {
    const { shop, login, server } = await wished({});
    const { stdout, stderr } = must(await shop.dbcreds(['test', 'dev']));
    assert.is(stderr, '');
    const name = { postgresql: 'PostgreSQL', mariadb: 'MariaDB', mysql: 'MySQL' }[engine];
    assert.equal(rows(stdout), {
      'logged in': `shop/dev, ${login.user}@localhost:${server.port}/${login.database}`,
      server: `${name} ${server.version.split('-')[0]}`,
      user: `${account(login)}, no superuser`,
      TLS: 'TLSv1.3, verified',
      certificate: 'db.test, 19 days left',
    });
    const json = JSON.parse(must(await shop.dbcreds(['test', 'dev', '--json'])).stdout);
    assert.equal(json, {
      ok: true,
      server: `${name} ${server.version.split('-')[0]}`,
      user: account(login),
      superuser: false,
      primary: true,
      tls: {
        protocol: 'TLSv1.3',
        authorized: true,
        certificateName: 'db.test',
        certificateNames: ['localhost', 'db.test'],
        issuer: 'dbcreds test CA',
        daysLeft: 19,
      },
      askedForPassword: true,
    });
  });

  test('a superuser is called one, and plaintext is called none', async () => {
    const { shop, login, server } = await wished({ variant: 'plain', tls: { mode: 'disable' } });
    const grant =
      engine === 'postgresql'
        ? `ALTER ROLE "${login.user}" SUPERUSER`
        : `GRANT ALL ON *.* TO '${login.user}'@'%' WITH GRANT OPTION`;
    await asAdmin(server, grant);
    const { user, TLS } = rows(must(await shop.dbcreds(['test', 'dev'])).stdout);
    assert.equal([user, TLS], [`${account(login)}, a SUPERUSER`, 'none']);
    const json = JSON.parse(must(await shop.dbcreds(['test', 'dev', '--json'])).stdout);
    assert.equal([json.superuser, json.tls], [true, null]);
  });

  test('TLS that nobody verified is called that', async () => {
    const { shop } = await wished({ variant: 'otherCa', tls: { mode: 'require' } });
    const { TLS, certificate } = rows(must(await shop.dbcreds(['test', 'dev'])).stdout);
    assert.equal([TLS, certificate], ['TLSv1.3, NOT verified', 'db.test, 19 days left']);
  });

  const free = freePort();
  const failures: readonly (readonly [code: string, wish: Wish | (() => Promise<Wish>)])[] = [
    ['WRONG_PASSWORD', { password: 'a-Wrong-password-1' }],
    ['NO_DATABASE', { url: (url) => `${url}_not_there` }],
    [
      'REFUSED',
      async () => ({
        url: (
          (port) => (url: string) =>
            url.replace(/:\d+/, `:${port}`)
        )(await free),
      }),
    ],
    ['UNKNOWN_HOST', { url: (url) => url.replace('localhost', `${'a'.repeat(64)}.example`) }],
    ['CERT_EXPIRED', { variant: 'expired' }],
    ['CERT_NAME', { variant: 'otherName' }],
    ['CERT_UNKNOWN_CA', { variant: 'otherCa' }],
    ['TLS_REFUSED', { variant: 'plain', tls: { mode: 'require' } }],
    ['TLS_REQUIRED', { tls: { mode: 'disable', ca: 'ca.pem' } }],
  ];
  for (const [code, wish] of failures) {
    test(`${code}: status 1, the cause, and what to do`, async () => {
      const { shop } = await wished(typeof wish === 'function' ? await wish() : wish);
      const text = await shop.dbcreds(['test', 'dev']);
      assert.equal([text.code, text.stdout, codeOf(text)], [1, '', code], text.output);
      assert.match(text.stderr, /\n\n {2}[a-z][^\n]*: +("|dbcreds )/);
      assert.not.match(text.stderr, /dbcreds add dev --|a-Wrong-password-1|\n {4}at /);
      const json = await shop.dbcreds(['test', 'dev', '--json']);
      const { ok, code: named, message } = JSON.parse(json.stdout);
      assert.equal([json.code, json.stderr, ok, named], [1, '', false, code]);
      assert.ok(text.stderr.startsWith(`dbcreds: ${message} (${code})`));
    });
  }

  test.run();
}

const test = suite('test', { needs: ['postgresql'] });

test('too many connections', async () => {
  const server = await use('postgresql', 'small');
  const { shop } = await stocked(server);
  const { login } = await import('../../src/connect/login.ts');
  const { Secret } = await import('../../src/secret.ts');
  const { endpoint } = await import('../connect/endpoints.ts');
  const other = await newLogin(server);
  const sessions = [];
  try {
    for (let taken = 0; taken < server.connections; taken++)
      sessions.push(await login(endpoint(server, other), new Secret(other.password), { timeoutMs: 10_000 }));
    const { code, stderr } = await shop.dbcreds(['test', 'dev']);
    assert.equal([code, codeOf({ stderr })], [1, 'TOO_MANY']);
  } finally {
    for (const session of sessions) await session.close();
  }
});

test('what takes the connection and keeps silent', async () => {
  const mute = await impostor(() => {});
  try {
    const shop = await Shop.open({ dev: { url: `postgresql://a@127.0.0.1:${mute.port}/d` } });
    await shop.store('dev', 'a-Secret-of-the-shop-1');
    const { code, stderr } = await shop.dbcreds(['test', 'dev']);
    assert.equal([code, codeOf({ stderr })], [1, 'UNREACHABLE']);
    assert.match(stderr, /Something took the connection and kept silent\. Is it PostgreSQL\?/);
  } finally {
    await mute.stop();
  }
});

test('production is tested without its question, but never over TLS that proves nothing', async () => {
  const { shop } = await stocked(await use('postgresql'), { production: true }, 'prod');
  assert.is((await shop.dbcreds(['test', 'prod'])).code, 0);
  const weak = await Shop.open({
    prod: { url: 'postgresql://a@h.example/d', production: true, tls: { mode: 'require' } },
  });
  await weak.store('prod', 'a-Secret-of-the-shop-1');
  const { code, stderr } = await weak.dbcreds(['test', 'prod']);
  assert.equal([code, codeOf({ stderr })], [125, 'WEAK_TLS']);
});

test('an expired password may be tried; a moved profile may not', async () => {
  const { shop, login } = await stocked(await use('postgresql'), { expires: '1d' });
  await shop.alter('dev', (record) => ({
    ...record,
    current: { ...record.current, setAt: 0, expiresAt: 1000 },
  }));
  assert.is((await shop.dbcreds(['test', 'dev'])).code, 0);
  shop.write({ dev: { url: `postgresql://${login.user}@evil.example/d` } });
  const moved = await shop.dbcreds(['test', 'dev']);
  assert.equal([moved.code, codeOf(moved)], [125, 'BINDING_CHANGED']);
});

test('no password, no profile: refused before, status 125', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@h.example/d' } });
  assert.is(codeOf(await shop.dbcreds(['test', 'dev'])), 'NO_CREDENTIAL');
  assert.is((await shop.dbcreds(['test', 'dev'])).code, 125);
  assert.is((await shop.dbcreds(['test', 'nobody'])).code, 125);
});

test.run();
