import { codeOf, must } from '../commands/kit.ts';
import { TcpProxy } from '../helpers/proxy.ts';
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

test('the primary crashes while the commit hangs: it has committed, and the next command ends well', async ({
  pair,
}) => {
  const rotating = await Rotating.open(pair.primary);
  await pair.caughtUp();
  await pair.synchronous(true);
  await pair.stopStandby();
  const old = await rotating.current();
  const rotation = rotating.rotate([], { timeout: 60_000 });
  await pair.hanging();
  pair.killPrimary();
  const cutOff = await rotation;
  assert.is(codeOf(cutOff), 'ROTATION_UNFINISHED', cutOff.output);
  const { current, pending } = await rotating.record();
  assert.is(current.password.reveal(), old);
  await pair.startPrimary();
  await endsWell(rotating, ['test', 'dev']);
  assert.is(await rotating.current(), pending?.password.reveal());
  assert.not.ok(await rotating.takes(old));
  await pair.startStandby();
  await pair.synchronous(false);
});

test('it crashes before the commit: the change is taken back, and the next command makes it', async ({
  pair,
}) => {
  let restarted: Promise<void> | undefined;
  const restart = (): Promise<void> => {
    pair.killPrimary();
    restarted = pair.startPrimary();
    return restarted;
  };
  // The last look: the role is altered, and nothing committed.
  const plan = [{ connection: 2, unit: 1, act: { until: restart } }];
  const proxy = await TcpProxy.open({ to: pair.primary, plan });
  const rotating = await Rotating.open(pair.primary, { by: proxy.server });
  const old = await rotating.current();
  const cutOff = await rotating.rotate();
  await restarted;
  assert.is(cutOff.code, 125, cutOff.output);
  assert.is(proxy.fired.length, 1);
  assert.ok(await rotating.takes(old));
  await endsWell(rotating, ['rotate', 'dev', '--sole-holder']);
  assert.is.not(await rotating.current(), old);
  assert.not.ok(await rotating.takes(old));
  await pair.caughtUp();
});

async function endsWell(rotating: Rotating, command: readonly string[]): Promise<void> {
  must(await rotating.shop.dbcreds(command));
  const { current, pending, previous, rotationId } = await rotating.record();
  assert.equal([pending, previous, rotationId], [undefined, undefined, undefined]);
  assert.ok(await rotating.takes(current.password.reveal()));
}

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
