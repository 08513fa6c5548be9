import { login } from '../../src/connect/login.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { endpoint, refusal, within } from './endpoints.ts';

// What a rotation needs to find the same server again, and to see whether something stands in between.
for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server; account: Login }>(`connect/backend ${engine}`, { needs: [engine] });
  const itself =
    engine === 'postgresql' ? 'SELECT pg_backend_pid() AS id' : 'SELECT CONNECTION_ID() & 4294967295 AS id';

  test.before(async (context) => {
    context.server = await use(engine);
    context.account = await newLogin(context.server);
  });

  test('the backend told at the login is the one that answers, and no other', async ({ server, account }) => {
    const to = endpoint(server, account);
    await within(to, account.password, async (one) => {
      await within(to, account.password, async (other) => {
        for (const session of [one, other])
          assert.is(Number((await session.query(itself))[0]?.id), session.backend);
        assert.is.not(one.backend, other.backend);
      });
    });
  });

  test('the address is the one that the name led to, known after the end too', async ({
    server,
    account,
  }) => {
    const session = await login(endpoint(server, account), new Secret(account.password), {
      timeoutMs: 10_000,
    });
    await session.close();
    assert.equal(session.address, { host: '127.0.0.1', port: server.port });
  });

  test('at that address the certificate must still carry the name', async ({ server, account }) => {
    const { address } = await within(endpoint(server, account), account.password, (session) => session);
    // Nothing resolves db.test: only what is dialled can have led there.
    const again = { ...endpoint(server, account, { host: 'db.test' }), dial: address };
    assert.is(await within(again, account.password, ({ tls }) => tls?.authorized), true);
    const foreign = { ...endpoint(server, account, { host: 'db.company.com' }), dial: address };
    assert.is((await refusal(foreign, account.password)).code, 'CERT_NAME');
  });

  test('a unix socket is its own address', async ({ server, account }) => {
    const to = endpoint(server, account, { dial: server.socket });
    const { address } = await within(to, account.password, (session) => session);
    assert.equal(address, to.dial);
  });

  test.run();
}
