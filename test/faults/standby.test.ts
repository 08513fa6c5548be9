import { codeOf, must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Rotating } from '../rotate/rotating.ts';
import { asAdmin } from '../services/server.ts';
import { Replicated } from '../services/standby.ts';

const test = suite('a rotation where a standby follows', {
  needs: ['postgresql'],
  context: {} as { pair: Replicated },
});

test.before(async (context) => {
  context.pair = await Replicated.open();
});

test.after(({ pair }) => pair?.close());

test('the synchronous standby is away: the commit hangs, both passwords stay, and the next command ends well', async ({
  pair,
}) => {
  const rotating = await Rotating.open(pair.primary);
  await pair.caughtUp();
  await pair.synchronous(true);
  await pair.stopStandby();
  const old = await rotating.current();
  const hung = await rotating.rotate([], { timeout: 60_000 });
  assert.is(codeOf(hung), 'ROTATION_UNFINISHED', hung.output);
  const { current, pending } = await rotating.record();
  assert.is(current.password.reveal(), old);
  assert.ok(pending);
  const run = must(
    await rotating.shop.dbcreds(['run', '-e', 'dev', '--', 'psql', '-Atc', 'select 1'], { timeout: 60_000 }),
  );
  assert.is(run.stdout, '1\n');
  assert.ok((await rotating.record()).pending, 'what may have been committed was thrown away');
  await pair.startStandby();
  must(await rotating.shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
  const whole = await rotating.record();
  assert.equal([whole.pending, whole.previous], [undefined, undefined]);
  assert.ok(await rotating.takes(whole.current.password.reveal()));
  assert.not.ok(await rotating.takes(old));
  await asAdmin(pair.primary, 'SET synchronous_commit = local', 'SELECT 1');
  await pair.synchronous(false);
});

test('a standby is refused; rotation.host names the primary, and the standby will follow', async ({
  pair,
}) => {
  const tls = { mode: 'verify-full', ca: 'ca.pem' };
  const rotating = await Rotating.open(pair.primary);
  const { user, database } = rotating.login;
  await pair.caughtUp();
  const url = `postgresql://${user}@localhost:${pair.standby.port}/${database}`;
  rotating.shop.write({ dev: { url, tls } });
  await rotating.shop.program('rm', ['-rf', rotating.shop.context().folders.data]);
  await rotating.shop.store('dev', rotating.login.password);
  await rotating.refuses('NOT_PRIMARY');
  rotating.shop.write({ dev: { url, tls, rotation: { host: `localhost:${pair.primary.port}` } } });
  await rotating.shop.program('rm', ['-rf', rotating.shop.context().folders.data]);
  await rotating.shop.store('dev', rotating.login.password);
  await pair.pauseReplay();
  const { stderr } = must(await rotating.rotate());
  assert.match(stderr, /does not take it \(WRONG_PASSWORD\): a pooler has to be told, a replica will follow/);
  assert.ok(await rotating.takes(await rotating.current()));
  await pair.resumeReplay();
});

test.run();
