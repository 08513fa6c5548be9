import type { Endpoint } from '../../src/connect/endpoint.ts';
import { serverCode } from '../../src/connect/failure.ts';
import { login } from '../../src/connect/login.ts';
import type { LoginOptions } from '../../src/connect/session.ts';
import type { DbcredsError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { clean, endpoint, fact, refusal, within } from './endpoints.ts';

// Servers lock accounts after wrong passwords. One login must be one attempt where that is asked for, and no lock may
// read as a wrong password.
const once: LoginOptions = { timeoutMs: 10_000, once: true };

async function refused(to: Endpoint, password: string, options: LoginOptions): Promise<DbcredsError> {
  return clean(await assert.rejects(login(to, new Secret(password), options)), password);
}

for (const engine of ['mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server }>(`connect/attempts ${engine}`, { needs: [engine] });
  /** The second wrong password in a row locks. */
  const strict = async (server: Server) => {
    const account = await newLogin(server);
    if (engine === 'mysql')
      await asAdmin(
        server,
        `ALTER USER '${account.user}'@'%' FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME UNBOUNDED`,
      );
    return account;
  };
  const locked = engine === 'mysql' ? '3955' : '4150';

  // A server of their own: it takes logins without TLS, and counts.
  test.before(async (context) => {
    context.server = await use(engine, 'otherName');
    await asAdmin(context.server, 'SET GLOBAL require_secure_transport = OFF');
    if (engine === 'mariadb') await asAdmin(context.server, 'SET GLOBAL max_password_errors = 2');
  });
  test.after(async ({ server }) => {
    await asAdmin(server, 'SET GLOBAL require_secure_transport = ON');
    if (engine === 'mariadb') await asAdmin(server, 'SET GLOBAL max_password_errors = DEFAULT');
  });

  const named = { host: 'elsewhere.test', dial: 'localhost' };

  test('a wrong password costs one attempt, without TLS too', async ({ server }) => {
    const account = await strict(server);
    const plain = endpoint(server, account, { ...named, tls: { mode: 'disable' } });
    assert.is((await refused(plain, 'not this one', once)).code, 'WRONG_PASSWORD');
    const verified = endpoint(server, account, named);
    assert.is(await within(verified, account.password, ({ askedForPassword }) => askedForPassword), true);
  });

  test('a lock after too many of them is none, even with the right one', async ({ server }) => {
    const account = await strict(server);
    const to = endpoint(server, account, named);
    assert.is((await refused(to, 'not this one', once)).code, 'WRONG_PASSWORD');
    await refused(to, 'not this one', once);
    for (const password of ['not this one', account.password]) {
      const error = await refused(to, password, once);
      assert.is(error.code, 'DATABASE');
      assert.is(serverCode(error), locked);
      assert.match(fact(error, 'server says') ?? '', /blocked/);
    }
  });

  test('nor is an account that was locked by hand', async ({ server }) => {
    const account = await newLogin(server);
    await asAdmin(server, `ALTER USER '${account.user}'@'%' ACCOUNT LOCK`);
    const error = await refusal(endpoint(server, account, named), account.password);
    assert.is(error.code, 'DATABASE');
    assert.is(serverCode(error), engine === 'mysql' ? '3118' : '4151');
  });

  test('an account that needs TLS is not looked into by a second attempt', async ({ server }) => {
    const account = await newLogin(server);
    await asAdmin(server, `ALTER USER '${account.user}'@'%' REQUIRE SSL`);
    const to = endpoint(server, account, { ...named, tls: { mode: 'disable' } });
    assert.is((await refused(to, account.password, { timeoutMs: 10_000 })).code, 'TLS_REQUIRED');
    assert.is((await refused(to, account.password, once)).code, 'WRONG_PASSWORD');
  });

  test.run();
}

const postgresql = suite<{ server: Server }>('connect/attempts postgresql', { needs: ['postgresql'] });

postgresql.before(async (context) => {
  context.server = await use('postgresql');
});

postgresql('a line of pg_hba.conf is not looked into by a second attempt', async ({ server }) => {
  const account = await newLogin(server);
  const to = endpoint(server, account, { tls: { mode: 'disable' } });
  assert.is((await refused(to, account.password, { timeoutMs: 10_000 })).code, 'TLS_REQUIRED');
  const error = await refused(to, account.password, once);
  assert.is(error.code, 'DATABASE');
  assert.is(serverCode(error), '28000');
});

postgresql('a role that may not log in, or not once more, has no wrong password', async ({ server }) => {
  const account = await newLogin(server);
  const to = endpoint(server, account);
  await asAdmin(server, `ALTER ROLE ${account.user} CONNECTION LIMIT 0`);
  assert.is((await refused(to, account.password, once)).code, 'TOO_MANY');
  await asAdmin(server, `ALTER ROLE ${account.user} NOLOGIN`);
  assert.is((await refused(to, account.password, once)).code, 'DATABASE');
});

postgresql.run();
