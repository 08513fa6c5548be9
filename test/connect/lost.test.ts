import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../src/connect/endpoint.ts';
import { serverCode } from '../../src/connect/failure.ts';
import { login } from '../../src/connect/login.ts';
import type { Session } from '../../src/connect/session.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { clean, endpoint, impostor } from './endpoints.ts';

// A rotation takes an error with a server code for the server's own answer, and all else for no answer at all.
const dialects = {
  postgresql: {
    nap: 'SELECT pg_sleep(5)',
    kill: (id: number) => `SELECT pg_terminate_backend(${id})`,
    running: (id: number) =>
      `SELECT 1 AS one FROM pg_stat_activity WHERE pid = ${id} AND query LIKE '%pg_sleep%'`,
    killed: '57P01',
    idle: "SET idle_session_timeout = '200ms'",
    foreign: "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '28P01'; END $$",
    wrong: '28P01',
  },
  mysql: {
    nap: 'SELECT SLEEP(5)',
    kill: (id: number) => `KILL ${id}`,
    running: (id: number) =>
      `SELECT 1 AS one FROM information_schema.processlist WHERE id = ${id} AND info LIKE '%SLEEP%'`,
    // The line ends without a word.
    killed: undefined,
    idle: 'SET SESSION wait_timeout = 1',
    foreign: "SIGNAL SQLSTATE '28000' SET MYSQL_ERRNO = 1045",
    wrong: '1045',
  },
};

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server; account: Login }>(`connect/lost ${engine}`, { needs: [engine] });
  const dialect = dialects[engine === 'postgresql' ? 'postgresql' : 'mysql'];

  test.before(async (context) => {
    context.server = await use(engine);
    context.account = await newLogin(context.server);
  });

  const open = (to: Endpoint, { password }: Login, timeoutMs = 10_000): Promise<Session> =>
    login(to, new Secret(password), { timeoutMs });

  /** Waits until the server runs the nap of that backend. */
  async function asleep(server: Server, backend: number): Promise<void> {
    while ((await asAdmin(server, dialect.running(backend))).length === 0) await sleep(20);
  }

  const codeOf = async (statement: Promise<unknown>, { password }: Login): Promise<string | undefined> =>
    serverCode(clean(await assert.rejects(statement), password));

  test('a line that is cut while a statement runs is no answer', async ({ server, account }) => {
    const wires: Socket[] = [];
    const proxy = await impostor((socket) => {
      const onward = connect(server.port, '127.0.0.1').on('error', () => {});
      wires.push(socket, onward);
      socket.pipe(onward).pipe(socket);
    });
    const to = { ...endpoint(server, account), dial: { host: '127.0.0.1', port: proxy.port } };
    for (const cut of ['destroy', 'resetAndDestroy'] as const) {
      const session = await open(to, account);
      const nap = codeOf(session.query(dialect.nap), account);
      await asleep(server, session.backend);
      for (const wire of wires.splice(0)) wire[cut]();
      assert.is(await nap, undefined);
      assert.is(await codeOf(session.query('SELECT 1'), account), undefined);
      await session.close();
    }
    await proxy.stop();
  });

  test('a statement that ran out of time got no answer', async ({ server, account }) => {
    const session = await open(endpoint(server, account), account, 3000);
    assert.is(await codeOf(session.query(dialect.nap), account), undefined);
    await session.close();
  });

  test('the word of a server that ends the session under a statement is its answer to that one alone', async ({
    server,
    account,
  }) => {
    const session = await open(endpoint(server, account), account);
    const nap = codeOf(session.query(dialect.nap), account);
    const next = codeOf(session.query('SELECT 1'), account);
    await asleep(server, session.backend);
    await asAdmin(server, dialect.kill(session.backend));
    assert.is(await nap, dialect.killed);
    assert.is(await next, undefined);
    assert.is(await codeOf(session.query('SELECT 1'), account), undefined);
    await session.close();
  });

  test('the farewell of a server to an idle session is no answer to a later statement', async ({
    server,
    account,
  }) => {
    const session = await open(endpoint(server, account), account);
    await session.query(dialect.idle);
    while ((await asAdmin(server, gone(session.backend))).length > 0) await sleep(100);
    await sleep(100);
    assert.is(await codeOf(session.query('SELECT 1'), account), undefined);
    await session.close();
  });

  const gone = (id: number): string =>
    engine === 'postgresql'
      ? `SELECT 1 AS one FROM pg_stat_activity WHERE pid = ${id}`
      : `SELECT 1 AS one FROM information_schema.processlist WHERE id = ${id}`;

  test('a statement never says that the password of the login is wrong', async ({ server, account }) => {
    const session = await open(endpoint(server, account), account);
    const error = clean(await assert.rejects(session.query(dialect.foreign)), account.password);
    assert.is(serverCode(error), dialect.wrong);
    assert.is(error.code, 'DATABASE');
    await session.close();
  });

  test.run();
}
