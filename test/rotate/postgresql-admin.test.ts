import { randomBytes } from 'node:crypto';
import { Secret } from '../../src/secret.ts';
import { codeOf, must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

const test = suite<{ server: Server }>('rotate/postgresql by an admin', { needs: ['postgresql'] });

test.before(async (context) => {
  context.server = await use('postgresql');
});

const day = 86_400_000;

/** When the server lets a role expire, in days from now. */
async function daysLeft({ server, login }: Rotating): Promise<number> {
  const [row] = await asAdmin(
    server,
    `SELECT rolvaliduntil AS until FROM pg_roles WHERE rolname = '${login.user}'`,
  );
  return (Number(row?.until) - Date.now()) / day;
}

/** What makes another role the one that may change ours. */
const creator =
  ({ login }: Rotating) =>
  ({ user }: Login): string[] => [
    `ALTER ROLE ${user} CREATEROLE`,
    `GRANT ${login.user} TO ${user} WITH ADMIN OPTION`,
  ];

test('a superuser changes it, and the server lets it expire when told to', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.addAdmin(({ user }) => [`ALTER ROLE ${user} SUPERUSER`]);
  await rotating.succeeds(['--admin', 'admin', '--valid-until', '30d']);
  const left = await daysLeft(rotating);
  assert.ok(left > 29.9 && left < 30.1, `${left} days`);
  const { current } = await rotating.record();
  assert.ok(Math.abs((current.expiresAt ?? 0) - Date.now() - 30 * day) < day / 10, 'we know of it, too');
});

test('so does a role that may create roles, and has this one to administer', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.addAdmin(creator(rotating));
  await rotating.succeeds(['--admin', 'admin', '--valid-until', '2d']);
  assert.ok((await daysLeft(rotating)) < 2.1);
});

test('an admin without the right is refused by the server, and nothing is left behind', async ({
  server,
}) => {
  const rotating = await Rotating.open(server);
  await rotating.addAdmin(({ user }) => [`ALTER ROLE ${user} CREATEROLE`]);
  const { stderr } = await rotating.refuses('DATABASE', ['--admin', 'admin']);
  assert.match(stderr, '42501');
});

test('nobody sets the own expiry: it takes an admin', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.refuses('NEEDS_ADMIN', ['--valid-until', '30d']);
});

test('the admin of another server is refused before anything is dialled', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.addAdmin(({ user }) => [`ALTER ROLE ${user} SUPERUSER`]);
  const { admin } = rotating.shop.profiles();
  rotating.shop.write({ ...rotating.shop.profiles(), admin: { ...admin, port: 1 } });
  const result = await rotating.rotate(['--admin', 'admin']);
  assert.is(codeOf(result), 'USAGE', result.output);
});

test('a role that the server let expire is refused, and the refusal names the way on', async ({ server }) => {
  const rotating = await expired(server);
  const alone = await rotating.refuses('WRONG_PASSWORD');
  assert.match(alone.stderr, 'dbcreds rotate dev --admin PROFILE --valid-until 90d');
  await rotating.addAdmin(creator(rotating));
  await rotating.refuses('WRONG_PASSWORD', ['--admin', 'admin']);
});

test('an admin rescues it with a new date, and the warning says what could not be seen', async ({
  server,
}) => {
  const rotating = await expired(server);
  await rotating.addAdmin(creator(rotating));
  const { current } = await rotating.record();
  const result = must(await rotating.rotate(['--admin', 'admin', '--valid-until', '90d']));
  assert.match(result.stderr, /warning: .*has expired on the server/);
  const now = await rotating.current();
  assert.ok(await rotating.takes(now));
  assert.not.ok(await rotating.takes(current.password.reveal()));
  assert.ok((await daysLeft(rotating)) > 89);
  assert.is((await rotating.record()).pending, undefined);
});

test('a rescue that was cut off before the server heard of it is finished by the same words', async ({
  server,
}) => {
  const rotating = await expired(server);
  await rotating.addAdmin(creator(rotating));
  const { current } = await rotating.record();
  await rotating.shop.alter('dev', (record) => ({
    ...record,
    pending: { ...current, password: new Secret(`pw-${randomBytes(12).toString('hex')}`) },
    rotationId: '0011223344556677',
  }));
  await rotating.refuses('ROTATION_UNFINISHED');
  must(await rotating.rotate(['--admin', 'admin', '--valid-until', '90d']));
  const record = await rotating.record();
  assert.is(record.pending, undefined);
  assert.ok(await rotating.takes(record.current.password.reveal()));
});

test('where it has not expired, a wrong stored password stays one', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.addAdmin(creator(rotating));
  await asAdmin(server, `ALTER ROLE ${rotating.login.user} PASSWORD '${randomBytes(12).toString('hex')}'`);
  await rotating.refuses('WRONG_PASSWORD', ['--admin', 'admin', '--valid-until', '90d']);
});

async function expired(server: Server): Promise<Rotating> {
  return Rotating.open(server, {
    prepare: ({ user }) => [`ALTER ROLE ${user} VALID UNTIL '2020-01-01'`],
  });
}

test.run();
