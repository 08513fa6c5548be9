import { endpoint, fact, refusal, within } from '../connect/endpoints.ts';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Pooler } from './pgbouncer.ts';
import { asAdmin, type Login, newLogin } from './server.ts';
import { use } from './use.ts';

const test = suite('PgBouncer', { needs: ['postgresql', 'pgbouncer'] });

/** What the pooler says to a login that fails: its code is 08P01 for every reason. */
async function refused(pooler: Pooler, login: Login, password: string = login.password): Promise<unknown> {
  const error = await refusal(endpoint(pooler.server, login), password);
  return fact(error, 'server says') ?? error.code;
}

const pid = 'SELECT pg_backend_pid() AS pid';

test('two clients over verified TLS share one connection to the server', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const pooler = await Pooler.open(server, { users: [login] });
  const to = endpoint(pooler.server, login);
  await within(to, login.password, (one) =>
    within(to, login.password, async (two) => {
      const [row] = await one.query(pid);
      assert.ok(Number(row?.pid) > 0);
      assert.equal(await two.query(pid), [row]);
    }),
  );
});

test('its own list lags behind the server: the old password fails at the server, the new one at the list', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const pooler = await Pooler.open(server, { users: [login] });
  await asAdmin(server, `ALTER ROLE ${login.user} PASSWORD 'the-next-one'`);
  assert.is(await refused(pooler, login, 'the-next-one'), 'SASL authentication failed');
  assert.match(String(await refused(pooler, login)), /^password authentication failed for user/);
  await within(endpoint(server, login), 'the-next-one', () => undefined);
  await pooler.setUsers([{ ...login, password: 'the-next-one' }]);
  await within(endpoint(pooler.server, login), 'the-next-one', (session) => session.query(pid));
});

test('a verifier in the list will do', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const [row] = await asAdmin(server, `SELECT rolpassword FROM pg_authid WHERE rolname = '${login.user}'`);
  const pooler = await Pooler.open(server, { users: [{ ...login, password: String(row?.rolpassword) }] });
  const rows = await within(endpoint(pooler.server, login), login.password, (session) => session.query(pid));
  assert.is(rows.length, 1);
});

test('by query it knows of a new password at once', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const pooler = await Pooler.open(server, { auth: 'query' });
  await within(endpoint(pooler.server, login), login.password, (session) => session.query(pid));
  await asAdmin(server, `ALTER ROLE ${login.user} PASSWORD 'the-next-one'`);
  await within(endpoint(pooler.server, login), 'the-next-one', (session) => session.query(pid));
  assert.is(await refused(pooler, login), 'SASL authentication failed');
});

test('it can show another certificate, and keep a connection for one client', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const { otherCa } = await use('certificates');
  const foreign = await Pooler.open(server, { users: [login], certificate: otherCa });
  assert.is(await refused(foreign, login), 'CERT_UNKNOWN_CA');
  const own = await Pooler.open(server, { users: [login], mode: 'session', size: 2 });
  const to = endpoint(own.server, login);
  await within(to, login.password, (one) =>
    within(to, login.password, async (two) => {
      assert.is.not((await one.query(pid))[0]?.pid, (await two.query(pid))[0]?.pid);
    }),
  );
});

test('gone with its test', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  // Asked for first, so done last.
  atEndOfTest(async () => {
    const why = await refused(pooler, login);
    if (why !== 'REFUSED') throw new Error(`still there: ${why}`);
  });
  const pooler = await Pooler.open(server);
  assert.is(await refused(pooler, login), 'SASL authentication failed');
});

test.run();
