import { login } from '../../src/connect/login.ts';
import type { Session } from '../../src/connect/session.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, freePort, type Login, newLogin, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { endpoint, fact, refusal, type Wish, within } from './endpoints.ts';

const engines = ['postgresql', 'mariadb', 'mysql'] as const;

/** Label of getaddrinfo's own limit: it is turned down without a question to any name server. */
const unresolvable = 'a'.repeat(64);

for (const engine of engines) {
  const test = suite<{ server: Server; account: Login }>(`connect/login ${engine}`, { needs: [engine] });
  const server = (variant: Variant = 'right'): Promise<Server> => use(engine, variant);

  test.before(async (context) => {
    context.server = await server();
    context.account = await newLogin(context.server);
  });

  test('logs in over verified TLS and tells what it saw', async ({ server, account }) => {
    const seen = await within(endpoint(server, account), account.password, ({ tls, askedForPassword }) => ({
      tls,
      askedForPassword,
    }));
    assert.is(seen.askedForPassword, true);
    assert.is(seen.tls?.protocol, 'TLSv1.3');
    assert.is(seen.tls?.authorized, true);
    assert.is(seen.tls?.certificateName, 'db.test');
    assert.equal(seen.tls?.certificateNames, ['localhost', 'db.test']);
    assert.is(seen.tls?.issuer, 'dbcreds test CA');
    assert.is(seen.tls?.daysLeft, 19);
  });

  test('the name that counts is the host, not what is dialled', async ({ server, account }) => {
    const right = { host: 'db.test', dial: '127.0.0.1' };
    assert.is(await authorized(endpoint(server, account, right), account), true);
    const error = await refusal(
      endpoint(server, account, { host: 'db.company.com', dial: 'localhost' }),
      account.password,
    );
    assert.is(error.code, 'CERT_NAME');
    assert.is(
      error.message,
      `the server's certificate is for another name: ${account.user}@db.company.com:${server.port}/${account.database}, dialled at localhost:${server.port}`,
    );
    assert.match(
      fact(error, 'certificate') ?? '',
      /^localhost, db\.test, signed by dbcreds test CA, 19 days left$/,
    );
  });

  const certificates: [Variant, ErrorCode, RegExp][] = [
    [
      'expired',
      'CERT_EXPIRED',
      /^localhost, db\.test, signed by dbcreds test CA, expired (1 days ago|today)$/,
    ],
    ['otherName', 'CERT_NAME', /^elsewhere\.test, signed by dbcreds test CA/],
    ['otherCa', 'CERT_UNKNOWN_CA', /signed by somebody else/],
  ];
  for (const [variant, code, certificate] of certificates) {
    test(`refuses the certificate ${variant} before anything is sent`, async () => {
      const other = await server(variant);
      const account = await newLogin(other);
      const error = await refusal(endpoint(other, account), account.password);
      assert.is(error.code, code);
      assert.match(fact(error, 'certificate') ?? '', certificate);
      assert.match(error.note ?? '', /^Nothing was sent\./);
    });
  }

  test('verify-ca looks at the authority alone', async () => {
    const tls = { mode: 'verify-ca' } as const;
    const [named, foreign] = [await server('otherName'), await server('otherCa')];
    const [mine, theirs] = [await newLogin(named), await newLogin(foreign)];
    assert.is(await authorized(endpoint(named, mine, { tls }), mine), true);
    assert.is((await refusal(endpoint(foreign, theirs, { tls }), theirs.password)).code, 'CERT_UNKNOWN_CA');
  });

  test('require checks nothing without a CA, and the authority with one', async () => {
    const foreign = await server('otherCa');
    const account = await newLogin(foreign);
    const blind = endpoint(foreign, account, { tls: { mode: 'require' } });
    assert.is((await refusal(blind, account.password)).code, 'CERT_UNKNOWN_CA');
    const { ca: _, ...tls } = blind.tls;
    assert.is(await authorized({ ...blind, tls }, account), false);
  });

  test('without a CA the authorities of the system decide', async ({ server, account }) => {
    const { ca: _, ...tls } = endpoint(server, account).tls;
    const error = await refusal({ ...endpoint(server, account), tls }, account.password);
    assert.is(error.code, 'CERT_UNKNOWN_CA');
    assert.equal(error.hints, [['name the CA that signed it', 'dbcreds add prod --tls-ca FILE']]);
  });

  test('never falls back to plaintext', async () => {
    const plain = await server('plain');
    const account = await newLogin(plain);
    for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
      assert.is(
        (await refusal(endpoint(plain, account, { tls: { mode } }), account.password)).code,
        'TLS_REFUSED',
      );
    }
  });

  test('disable logs in without TLS where the server takes that', async () => {
    const plain = await server('plain');
    const account = await newLogin(plain);
    const to = endpoint(plain, account, { tls: { mode: 'disable' } });
    await within(to, account.password, ({ tls, askedForPassword }) => {
      assert.is(tls, undefined);
      assert.is(askedForPassword, true);
    });
    assert.is((await refusal(to, 'not this one')).code, 'WRONG_PASSWORD');
  });

  test('a server that demands TLS says so', async ({ server, account }) => {
    const error = await refusal(endpoint(server, account, { tls: { mode: 'disable' } }), account.password);
    assert.is(error.code, 'TLS_REQUIRED');
    assert.equal(error.hints, [
      ['use TLS', 'dbcreds add prod --tls verify-full'],
      ['with a CA of your own', 'dbcreds add prod --tls-ca FILE'],
      ['unverified, outside production', 'dbcreds add prod --tls require'],
    ]);
  });

  const causes: [string, ErrorCode, Wish][] = [
    ['a database that is not there', 'NO_DATABASE', { database: 'not_there' }],
    ['a name that does not resolve', 'UNKNOWN_HOST', { host: unresolvable }],
    ['a socket that is not there', 'REFUSED', { dial: '/nowhere/at/all' }],
    ['a user that is not there', 'WRONG_PASSWORD', { user: 'ghost' }],
  ];
  for (const [what, code, wish] of causes) {
    test(`${what} is ${code}`, async ({ server, account }) => {
      const to = endpoint(server, account, wish);
      const error = await refusal(to, account.password);
      assert.is(error.code, code);
      assert.ok(error.message.includes(`${to.user}@${to.host}:${server.port}/${to.database}`), error.message);
      assert.ok(error.hints.length > 0);
      for (const [, command] of error.hints) assert.match(command, /^dbcreds (add|show|test|check|remove) ?/);
    });
  }

  test('a wrong password is told apart from all else', async ({ server, account }) => {
    const error = await refusal(endpoint(server, account), 'wrong-and-secret-1');
    assert.is(error.code, 'WRONG_PASSWORD');
    assert.is(error.kind, 'failed');
  });

  test('nobody listens: refused', async ({ server, account }) => {
    const port = await freePort();
    for (const dial of ['127.0.0.1', 'localhost', '::1']) {
      assert.is((await refusal(endpoint(server, account, { dial, port }), account.password)).code, 'REFUSED');
    }
  });

  test('a server that is full says so', async () => {
    const small = await server('small');
    const account = await newLogin(small);
    const sessions: Session[] = [];
    try {
      for (let taken = 0; taken < small.connections; taken += 1)
        sessions.push(
          await login(endpoint(small, account), new Secret(account.password), { timeoutMs: 10_000 }),
        );
      assert.is((await refusal(endpoint(small, account), account.password)).code, 'TOO_MANY');
    } finally {
      for (const session of sessions) await session.close();
    }
  });

  test('logs in through the socket, where there is no TLS to speak of', async ({ server, account }) => {
    await within(endpoint(server, account, { dial: server.socket }), account.password, (session) => {
      assert.is(session.tls, undefined);
      assert.is(session.askedForPassword, true);
    });
    assert.is(
      (await refusal(endpoint(server, account, { dial: server.socket }), 'not this one')).code,
      'WRONG_PASSWORD',
    );
  });

  test('hundred and twenty-eight characters of every kind arrive as they are', async ({ server }) => {
    const password = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)).concat(
      'äß€𝄞',
    );
    const account = await newLogin(server, { password });
    await within(endpoint(server, account), password, async (session) => {
      assert.is(session.askedForPassword, true);
      assert.is((await session.query('SELECT 1 AS one')).length, 1);
    });
    assert.is((await refusal(endpoint(server, account), password.slice(0, -2))).code, 'WRONG_PASSWORD');
  });

  test('PEM texts that are none are not taken for a failed connection', async ({ server, account }) => {
    for (const tls of [{ ca: 'ca.pem' }, { cert: 'x', key: 'y' }]) {
      const error = await refusal(endpoint(server, account, { tls }), account.password);
      assert.is(error.code, 'BAD_PROFILE');
    }
  });

  test('what a session says leaves when it is closed', async ({ server, account }) => {
    const session = await login(endpoint(server, account), new Secret(account.password), {
      timeoutMs: 10_000,
    });
    await session.close();
    await session.close();
    const error = await assert.rejects(session.query('SELECT 1'));
    assert.is((error as { code?: string }).code, 'DATABASE');
    assert.is(await connected(server, account), 0);
  });

  test.run();
}

async function authorized(
  to: ReturnType<typeof endpoint>,
  { password }: Login,
): Promise<boolean | undefined> {
  return within(to, password, ({ tls }) => tls?.authorized);
}

/** How many connections the user has. The server may need a moment to notice that one is gone. */
async function connected(server: Server, { user }: Login): Promise<number> {
  const statement =
    server.engine === 'postgresql'
      ? `SELECT pid FROM pg_stat_activity WHERE usename = '${user}'`
      : `SELECT id FROM information_schema.processlist WHERE user = '${user}'`;
  for (let left = 100; ; left -= 1) {
    const { length } = await asAdmin(server, statement);
    if (length === 0 || left === 0) return length;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
