import { serverCode } from '../../src/connect/failure.ts';
import { login } from '../../src/connect/login.ts';
import type { Session } from '../../src/connect/session.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { clean, endpoint, fact } from './endpoints.ts';

const dialects = {
  postgresql: {
    parameter: 'SELECT $1::text AS got',
    nap: 'SELECT pg_sleep(5)',
    ends: (user: string) =>
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`,
    setPassword: (user: string, text: string) => `ALTER ROLE ${user} PASSWORD '${text}'`,
  },
  mysql: {
    parameter: 'SELECT ? AS got',
    nap: 'SELECT SLEEP(5)',
    ends: (user: string) => `SELECT id FROM information_schema.processlist WHERE user = '${user}'`,
    setPassword: (_: string, text: string) => `SET PASSWORD = '${text}'`,
  },
};

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server; account: Login }>(`connect/session ${engine}`, { needs: [engine] });
  const dialect = dialects[engine === 'postgresql' ? 'postgresql' : 'mysql'];

  test.before(async (context) => {
    context.server = await use(engine);
    context.account = await newLogin(context.server);
  });

  const open = (
    { server, account }: { server: Server; account: Login },
    timeoutMs = 10_000,
  ): Promise<Session> => login(endpoint(server, account), new Secret(account.password), { timeoutMs });

  test('gives rows, and none for a statement that has none', async (context) => {
    const session = await open(context);
    assert.equal([...(await session.query("SELECT 1 AS one, 'x' AS two"))], [{ one: 1, two: 'x' }]);
    assert.equal(await session.query('CREATE TABLE t (a int)'), []);
    assert.equal(await session.query('INSERT INTO t VALUES (1)'), []);
    await session.close();
  });

  test('values arrive whatever they hold', async (context) => {
    const session = await open(context);
    for (const value of ["'", '\\', '"; DROP TABLE t; --', '$1 ? %s', 'äß€', '\n']) {
      assert.is((await session.query(dialect.parameter, [value]))[0]?.got, value);
    }
    await session.close();
  });

  test('an error names the server code, and nothing of the statement', async (context) => {
    const session = await open(context);
    const secrets = ['hunter2-and-more', 'S3cret!with spaces', "it''s"];
    for (const secret of secrets) {
      const statements = [
        `${dialect.setPassword(context.account.user, secret)} NONSENSE`,
        `SELECT '${secret}' FROM "${secret}"`,
        `SELECT * FROM \`${secret}\``,
        `SELECT '${secret}`,
        `CALL nothing('${secret}')`,
      ];
      for (const statement of statements) {
        const error = clean(await assert.rejects(session.query(statement)), secret, context.account.password);
        assert.is(error.code, 'DATABASE');
        assert.match(serverCode(error) ?? '', /^(42...|1[0-9]{3})$/);
        assert.is(fact(error, 'server code'), serverCode(error));
      }
    }
    await session.close();
  });

  test('a statement that takes too long is given up', async (context) => {
    const session = await open(context, 1500);
    const from = Date.now();
    const error = clean(await assert.rejects(session.query(dialect.nap)), context.account.password);
    assert.is(error.code, 'UNREACHABLE');
    assert.ok(Date.now() - from < 3000);
    await session.close();
    assert.ok(Date.now() - from < 4500);
  });

  test('a server that ends the connection is an error of the next statement, not of the process', async (context) => {
    const session = await open(context);
    for (const { id } of await asAdmin(context.server, dialect.ends(context.account.user)))
      if (id) await asAdmin(context.server, `KILL ${id}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const error = clean(await assert.rejects(session.query('SELECT 1')), context.account.password);
    assert.is(error.code, 'DATABASE');
    await session.close();
  });

  test('shows no password to whoever prints it', async (context) => {
    const session = await open(context);
    const { inspect } = await import('node:util');
    assert.not.ok(inspect(session, { depth: 20, showHidden: true }).includes(context.account.password));
    assert.not.ok(JSON.stringify(session).includes(context.account.password));
    await session.close();
  });

  test.run();
}

const other = suite('connect/session errors');

other('an error of elsewhere has no server code', () => {
  assert.is(serverCode(new Error('x')), undefined);
  assert.is(serverCode(undefined), undefined);
});

other.run();
