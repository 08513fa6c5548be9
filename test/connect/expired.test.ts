import { createHash } from 'node:crypto';
import type { Endpoint } from '../../src/connect/endpoint.ts';
import { serverCode } from '../../src/connect/failure.ts';
import { login } from '../../src/connect/login.ts';
import type { Session } from '../../src/connect/session.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { clean, endpoint, within } from './endpoints.ts';

const changed = 'pw-changed-Zz9';

const open = (to: Endpoint, password: string): Promise<Session> =>
  login(to, new Secret(password), { timeoutMs: 10_000, expired: true });

async function newExpired(server: Server): Promise<Login> {
  const account = await newLogin(server);
  await asAdmin(server, `ALTER USER '${account.user}'@'%' PASSWORD EXPIRE`);
  return account;
}

const sha1 = (data: string | Buffer): Buffer => createHash('sha1').update(data).digest();

const changes = {
  mysql: (old: string) => `ALTER USER USER() IDENTIFIED BY '${changed}' REPLACE '${old}'`,
  mariadb: () => `SET PASSWORD = '*${sha1(sha1(changed)).toString('hex')}'`,
};

for (const engine of ['mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server }>(`connect/expired ${engine}`, { needs: [engine] });

  test.before(async (context) => {
    context.server = await use(engine);
  });

  test('an expired account comes in to change its password, and then may do all', async ({ server }) => {
    const account = await newExpired(server);
    const session = await open(endpoint(server, account), account.password);
    assert.is(session.expired, true);
    assert.is(session.askedForPassword, true);
    const error = clean(await assert.rejects(session.query('SELECT 1')), account.password);
    assert.is(error.code, 'PASSWORD_EXPIRED');
    assert.is(serverCode(error), '1820');
    await session.query(changes[engine](account.password));
    assert.equal([...(await session.query('SELECT DATABASE() AS name'))], [{ name: account.database }]);
    await session.close();
    assert.is(await within(endpoint(server, account), changed, ({ expired }) => expired), false);
  });

  test('a wrong password stays a wrong one', async ({ server }) => {
    const error = await assert.rejects(open(endpoint(server, await newExpired(server)), 'not this one'));
    assert.is(clean(error).code, 'WRONG_PASSWORD');
  });

  test('an account that has not expired is none that has', async ({ server }) => {
    const account = await newLogin(server);
    const session = await open(endpoint(server, account), account.password);
    assert.is(session.expired, false);
    assert.is(session.askedForPassword, true);
    await session.close();
  });

  test('through the socket nobody can tell whether the password mattered', async ({ server }) => {
    const account = await newExpired(server);
    const session = await open(endpoint(server, account, { dial: server.socket }), account.password);
    assert.is(session.expired, true);
    assert.is(session.askedForPassword, false);
    await session.close();
  });

  if (engine === 'mariadb') {
    test('a server that cuts off old clients lets ours in', async ({ server }) => {
      const account = await newExpired(server);
      await asAdmin(server, 'SET GLOBAL disconnect_on_expired_password = ON');
      try {
        const session = await open(endpoint(server, account), account.password);
        assert.is(session.expired, true);
        await session.close();
      } finally {
        await asAdmin(server, 'SET GLOBAL disconnect_on_expired_password = OFF');
      }
    });
  }

  const lock = "SET @got = IF(GET_LOCK('dbcreds expired', 0) = 1, 1, (SELECT 1 UNION SELECT 2))";
  test(`a lock ${engine === 'mysql' ? 'cannot' : 'can'} be taken before the change`, async ({ server }) => {
    const account = await newExpired(server);
    const session = await open(endpoint(server, account), account.password);
    if (engine === 'mysql') {
      assert.is(serverCode(await assert.rejects(session.query(lock))), '1820');
    } else {
      await session.query(lock);
      const [row] = await asAdmin(server, "SELECT IS_USED_LOCK('dbcreds expired') AS holder");
      assert.is(Number(row?.holder), session.backend);
    }
    await session.close();
  });

  test.run();
}

const postgresql = suite('connect/expired postgresql', { needs: ['postgresql'] });

postgresql('a role past its VALID UNTIL is not let in', async () => {
  const server = await use('postgresql');
  const account = await newLogin(server);
  const session = await open(endpoint(server, account), account.password);
  assert.is(session.expired, false);
  await session.close();
  await asAdmin(server, `ALTER ROLE ${account.user} VALID UNTIL 'yesterday'`);
  const error = await assert.rejects(open(endpoint(server, account), account.password));
  assert.is(clean(error, account.password).code, 'WRONG_PASSWORD');
});

postgresql.run();
