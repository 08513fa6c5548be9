import { setTimeout as sleep } from 'node:timers/promises';
import { endpoint, refusal, within } from '../connect/endpoints.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { atEndOfTest } from './cleanup.ts';
import { TcpProxy } from './proxy.ts';
import { assert, suite } from './suite.ts';

const engines = ['postgresql', 'mariadb', 'mysql'] as const;

/** How long nothing has to come before it counts as nothing. */
const silence = async (promise: Promise<unknown>): Promise<boolean> =>
  (await Promise.race([promise.catch(() => 'said'), sleep(700, 'silent')])) === 'silent';

for (const engine of engines) {
  const test = suite(`a proxy before ${engine}`, {
    needs: [engine],
    context: {} as { server: Server; to: ReturnType<typeof endpoint>; password: string },
  });

  test.before(async (context) => {
    context.server = await use(engine);
    const login = await newLogin(context.server);
    context.to = endpoint(context.server, login);
    context.password = login.password;
  });

  const through = <T extends { port: number }>(to: T, { port }: TcpProxy): T & { dial: Dial } => ({
    ...to,
    dial: { host: 'localhost', port },
  });

  test('forwards TLS as it is, and counts what it cannot read', async ({ server, to, password }) => {
    const proxy = await TcpProxy.open({ to: server });
    for (const statement of ['SELECT 1 AS one', 'SELECT 2 AS one']) {
      await within(through(to, proxy), password, (session) => session.query(statement));
    }
    const [first, second] = proxy.seen;
    assert.is(proxy.seen.length, 2);
    assert.ok((first?.toServer ?? 0) > 5 && (first?.toClient ?? 0) > 5, JSON.stringify(first));
    assert.is(first?.order.length, (first?.toServer ?? 0) + (first?.toClient ?? 0));
    assert.ok((second?.toServer ?? 0) > 5);
    assert.equal(first?.statements, []);
  });

  test('ends TLS with the right certificate, and reads the statements', async ({ server, to, password }) => {
    const { right } = await use('certificates');
    const proxy = await TcpProxy.open({ to: server, tls: right });
    const rows = await within(through(to, proxy), password, (session) =>
      session.query("SELECT 'a mark' AS said"),
    );
    assert.equal(rows, [{ said: 'a mark' }]);
    assert.ok(proxy.seen[0]?.statements.includes("SELECT 'a mark' AS said"));
  });

  test('with another certificate it is refused', async ({ server, to, password }) => {
    const { otherCa, otherName } = await use('certificates');
    for (const [tls, code] of [
      [otherCa, 'CERT_UNKNOWN_CA'],
      [otherName, 'CERT_NAME'],
    ] as const) {
      const proxy = await TcpProxy.open({ to: server, tls });
      assert.is((await refusal(through(to, proxy), password)).code, code);
      assert.equal(proxy.seen[0]?.statements, []);
    }
  });

  test('cuts one connection at each record of a login, in each direction', async ({
    server,
    to,
    password,
  }) => {
    const measure = await TcpProxy.open({ to: server });
    await within(through(to, measure), password, (session) => session.query('SELECT 1'));
    for (const direction of ['toServer', 'toClient'] as const) {
      const records = measure.seen[0]?.[direction] ?? 0;
      for (const unit of [1, 2, Math.ceil(records / 2)]) {
        const proxy = await TcpProxy.open({
          to: server,
          plan: [{ connection: 2, direction, unit, when: 'before', act: 'reset' }],
        });
        await within(through(to, proxy), password, () => undefined);
        assert.match((await refusal(through(to, proxy), password)).code, /./);
        assert.is(proxy.fired.length, 1);
        assert.is(proxy.seen[1]?.[direction], unit);
        await within(through(to, proxy), password, () => undefined);
      }
    }
  });

  test('the request arrives and the answer is lost', async ({ server, to, password }) => {
    const { right } = await use('certificates');
    for (const act of ['loseAnswer', 'mute'] as const) {
      const proxy = await TcpProxy.open({ to: server, tls: right, plan: [{ statement: /lost/, act }] });
      const name = `lost_${act.toLowerCase()}`;
      await within(through(to, proxy), password, async (session) => {
        const answer = session.query(`CREATE TABLE ${name} (a INT)`);
        if (act === 'mute') assert.ok(await silence(answer));
        else await assert.rejects(answer);
        answer.catch(() => {});
        await within(to, password, (direct) => direct.query(`SELECT * FROM ${name}`));
        await proxy.close();
      });
      assert.is(proxy.fired.length, 1);
    }
  });

  test('the request is lost', async ({ server, to, password }) => {
    const { right } = await use('certificates');
    for (const act of ['reset', 'freeze'] as const) {
      const plan = [{ statement: /never/, when: 'before', act }] as const;
      const proxy = await TcpProxy.open({ to: server, tls: right, plan });
      await within(through(to, proxy), password, async (session) => {
        const answer = session.query('CREATE TABLE never_there (a INT)');
        answer.catch(() => {});
        if (act === 'freeze') assert.ok(await silence(answer));
        else await assert.rejects(answer);
        await assert.rejects(within(to, password, (direct) => direct.query('SELECT * FROM never_there')));
        await proxy.close();
      });
    }
  });

  test('delays past a time-out', async ({ server, to, password }) => {
    const proxy = await TcpProxy.open({ to: server, delayMs: 400 });
    assert.match((await refusal(through(to, proxy), password, 1000)).code, /UNREACHABLE|TIMED_OUT/);
    const once = await TcpProxy.open({ to: server, plan: [{ unit: 1, act: { delayMs: 1500 } }] });
    assert.match((await refusal(through(to, once), password, 1000)).code, /UNREACHABLE|TIMED_OUT/);
    await within(through(to, once), password, () => undefined);
    assert.is(once.fired.length, 1);
  });

  test('answers in the place of the server', async ({ server, to, password }) => {
    const { right } = await use('certificates');
    const code = engine === 'postgresql' ? '22023' : '1819';
    const refuse = { code, message: 'password type is not a plain text' };
    const plan = [{ statement: /refused/, act: { refuse } }];
    const proxy = await TcpProxy.open({ to: server, tls: right, plan });
    await within(through(to, proxy), password, async (session) => {
      await assert.rejects(session.query('CREATE TABLE refused (a INT)'));
      await assert.rejects(within(to, password, (direct) => direct.query('SELECT * FROM refused')));
      assert.is((await session.query('SELECT 1 AS one')).length, 1);
    });
  });

  test('goes dark for everybody, and comes back', async ({ server, to, password }) => {
    const { right } = await use('certificates');
    const plan = [{ statement: /dark/, act: 'reset', everywhere: true }] as const;
    const proxy = await TcpProxy.open({ to: server, tls: right, plan });
    const dialled = through(to, proxy);
    await within(dialled, password, (first) =>
      within(dialled, password, async (second) => {
        await assert.rejects(second.query("SELECT 'dark'"));
        await assert.rejects(first.query('SELECT 1'));
      }),
    );
    await refusal(dialled, password);
    proxy.recover();
    await within(dialled, password, () => undefined);
    proxy.freeze();
    assert.match((await refusal(dialled, password, 1000)).code, /UNREACHABLE|TIMED_OUT/);
  });

  test('is gone with its test', async ({ server, to, password }) => {
    atEndOfTest(async () => {
      const { code } = await refusal(through(to, proxy), password);
      if (code !== 'REFUSED') throw new Error(`still there: ${code}`);
    });
    const proxy = await TcpProxy.open({ to: server });
    await within(through(to, proxy), password, () => undefined);
    assert.is(proxy.seen.length, 1);
  });

  test.run();
}

interface Dial {
  readonly host: string;
  readonly port: number;
}
