import { setTimeout as sleep } from 'node:timers/promises';
import { endpoint, refusal, within } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin } from './server.ts';
import { Replicated } from './standby.ts';

const test = suite('a PostgreSQL with a standby', {
  needs: ['postgresql'],
  context: {} as { pair: Replicated },
});

test.before(async (context) => {
  context.pair = await Replicated.open();
});

test.after(({ pair }) => pair?.close());

test('the standby takes a login that was made at the primary, and is none itself', async ({ pair }) => {
  const login = await newLogin(pair.primary);
  await pair.caughtUp();
  for (const [server, standby] of [
    [pair.primary, false],
    [pair.standby, true],
  ] as const) {
    const rows = await within(endpoint(server, login), login.password, (session) =>
      session.query('SELECT pg_is_in_recovery() AS standby'),
    );
    assert.equal(rows, [{ standby }]);
  }
});

test('with replay paused, the standby takes the old password and the primary the new one', async ({
  pair,
}) => {
  const login = await newLogin(pair.primary);
  await pair.caughtUp();
  await pair.pauseReplay();
  await asAdmin(pair.primary, `ALTER ROLE ${login.user} PASSWORD 'the-next-one'`);
  await within(endpoint(pair.primary, login), 'the-next-one', () => undefined);
  assert.is((await refusal(endpoint(pair.standby, login), 'the-next-one')).code, 'WRONG_PASSWORD');
  await within(endpoint(pair.standby, login), login.password, () => undefined);
  await pair.resumeReplay();
  await within(endpoint(pair.standby, login), 'the-next-one', () => undefined);
});

test('COMMIT hangs while a synchronous standby is away, and goes on when it comes back', async ({ pair }) => {
  const login = await newLogin(pair.primary);
  await pair.synchronous(true);
  await pair.stopStandby();
  let done = false;
  const change = asAdmin(pair.primary, `ALTER ROLE ${login.user} PASSWORD 'the-next-one'`).then(() => {
    done = true;
  });
  await sleep(500);
  assert.is(done, false);
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  assert.is((await asAdmin(pair.primary, waiting)).length, 1);
  // Nobody else sees it yet: this is what deceives who looks.
  await within(endpoint(pair.primary, login), login.password, () => undefined);
  await pair.startStandby();
  await change;
  await within(endpoint(pair.primary, login), 'the-next-one', () => undefined);
  await pair.synchronous(false);
});

test('after the crash of the primary the standby becomes one', async ({ pair }) => {
  const login = await newLogin(pair.primary);
  await pair.caughtUp();
  pair.killPrimary();
  await pair.promote();
  await asAdmin(pair.standby, `ALTER ROLE ${login.user} PASSWORD 'the-next-one'`);
  await within(endpoint(pair.standby, login), 'the-next-one', () => undefined);
  assert.equal(await asAdmin(pair.standby, 'SELECT pg_is_in_recovery() AS standby'), [{ standby: false }]);
});

test.run();
