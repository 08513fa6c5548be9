import { randomBytes } from 'node:crypto';
import { must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

const test = suite<{ server: Server }>('rotate/mysql', { needs: ['mysql'] });

test.before(async (context) => {
  context.server = await use('mysql');
});

const secret = (): string => `pw-${randomBytes(12).toString('hex')}-Zz9`;
const at = (user: string, host = '%'): string => `'${user}'@'${host}'`;

/** Rights over accounts, for the admin of a test. */
const mayAll = ({ user }: Login): string[] => [
  `GRANT CREATE USER ON *.* TO ${at(user)}`,
  `GRANT SELECT ON mysql.* TO ${at(user)}`,
];

const mayHash = ({ user }: Login): string[] => [`GRANT CREATE USER ON *.* TO ${at(user)}`];
const mayTwo = ({ user }: Login): string[] => [`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${at(user)}`];

/** What the server keeps of the account's password, as text. */
async function hashOf({ server, login }: Rotating): Promise<string> {
  const [row] = await asAdmin(
    server,
    `SELECT HEX(authentication_string) AS hash, plugin FROM mysql.user WHERE User = '${login.user}'`,
  );
  return Buffer.from(String(row?.hash), 'hex').toString('latin1');
}

test('oneself: REPLACE with the old one, both of which the server keeps out of its log', async ({
  server,
}) => {
  const rotating = await Rotating.open(server);
  await rotating.succeeds();
  assert.ok(rotating.heard(`ALTER USER ${at(rotating.login.user)} IDENTIFIED BY <secret> REPLACE <secret>`));
  const plan = must(await rotating.rotate(['--dry-run'])).stdout;
  assert.match(plan, 'the server keeps both out of its logs');
});

for (const [who, prepare] of [
  ['an admin', undefined],
  ['oneself with CREATE USER', mayHash],
] as const)
  test(`${who}: a hash, whose rounds are the server's`, async ({ server }) => {
    const rotating = await Rotating.open(server, prepare && { prepare });
    const admin = prepare ? undefined : await rotating.addAdmin(mayAll);
    const before = admin && (await rotating.kept(admin.user));
    await rotating.succeeds(admin ? ['--admin', 'admin'] : []);
    if (admin) assert.equal(await rotating.kept(admin.user), before);
    const [row] = await asAdmin(server, 'SELECT @@caching_sha2_password_digest_rounds AS rounds');
    const digits = (Number(row?.rounds) / 1000).toString(16).toUpperCase().padStart(3, '0');
    assert.ok((await hashOf(rotating)).startsWith(`$A$${digits}$`));
  });

test('an admin whose change takes no hash changes that account, and not its own', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user, password }) => [
      `ALTER USER ${at(user)} IDENTIFIED WITH sha256_password BY '${password}'`,
    ],
  });
  const admin = await rotating.addAdmin(mayAll);
  const before = await rotating.kept(admin.user);
  await rotating.succeeds(['--admin', 'admin']);
  assert.equal(await rotating.kept(admin.user), before);
  await rotating.succeeds();
  assert.is((await rotating.kept())[0]?.plugin, 'sha256_password');
});

test('a server that logs statements raw is refused, and an admin sends it a hash', async () => {
  const rotating = await Rotating.open(await use('mysql', 'raw'));
  const { stderr } = await rotating.refuses('PLAINTEXT_SQL');
  assert.match(stderr, /log_raw +ON/);
  await rotating.addAdmin(mayAll);
  await rotating.succeeds(['--admin', 'admin']);
  must(await rotating.rotate(['--allow-plaintext-sql']));
  assert.ok(rotating.heard(await rotating.current()), 'which is what it does');
});

test('an expired account is rotated by itself and by an admin', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [`ALTER USER ${at(user)} PASSWORD EXPIRE`],
  });
  await rotating.succeeds();
  await rotating.addAdmin(mayAll);
  await asAdmin(server, `ALTER USER ${at(rotating.login.user)} PASSWORD EXPIRE`);
  await rotating.succeeds(['--admin', 'admin', '--valid-until', '36h']);
});

test('an expired one with a history of passwords takes an admin', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user, password }) => [
      `ALTER USER ${at(user)} PASSWORD HISTORY 5`,
      `ALTER USER ${at(user)} IDENTIFIED BY '${password}'`,
      `ALTER USER ${at(user)} PASSWORD EXPIRE`,
    ],
  });
  await rotating.refuses('NEEDS_ADMIN');
  await rotating.addAdmin(mayAll);
  await rotating.succeeds(['--admin', 'admin']);
  await rotating.succeeds();
});

test('where an expired one could be another, an admin does not guess', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [
      `ALTER USER ${at(user)} PASSWORD EXPIRE`,
      `CREATE USER ${at(user, '192.0.2.%')} IDENTIFIED BY '${secret()}'`,
    ],
  });
  await rotating.addAdmin(mayAll);
  await rotating.refuses('WRONG_ACCOUNT', ['--admin', 'admin']);
});

test('one user from two hosts is two accounts: the one that logged in is changed', async ({ server }) => {
  const rotating = await Rotating.open(server);
  const { user, password, database } = rotating.login;
  await asAdmin(
    server,
    `ALTER USER ${at(user)} IDENTIFIED BY '${secret()}'`,
    `CREATE USER ${at(user, 'localhost')} IDENTIFIED BY '${password}'`,
    `GRANT ALL ON ${database}.* TO ${at(user, 'localhost')}`,
  );
  const ofAll = async (): Promise<unknown> => (await rotating.kept()).find(({ Host }) => Host === '%')?.hash;
  const before = await ofAll();
  await rotating.succeeds();
  await rotating.addAdmin(mayAll);
  await rotating.succeeds(['--admin', 'admin']);
  assert.is(await ofAll(), before);
});

test('one that one wrong login locks is refused, and stays open', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [`ALTER USER ${at(user)} FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED`],
  });
  await rotating.refuses('ONE_STRIKE');
  assert.ok(await rotating.takes(rotating.login.password));
});

test('one that two wrong logins lock is rotated again and again', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [`ALTER USER ${at(user)} FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME UNBOUNDED`],
  });
  for (let round = 0; round < 3; round++) must(await rotating.rotate());
  assert.ok(await rotating.takes(await rotating.current()));
});

test('PASSWORD REQUIRE CURRENT, HISTORY and REUSE INTERVAL are met', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [
      `ALTER USER ${at(user)} PASSWORD HISTORY 5 PASSWORD REUSE INTERVAL 9 DAY PASSWORD REQUIRE CURRENT`,
    ],
  });
  await rotating.succeeds();
  await rotating.addAdmin(mayAll);
  await rotating.succeeds(['--admin', 'admin']);
});

for (const prepare of [mayTwo, mayHash])
  test(`a second password that was forgotten goes: ${prepare === mayTwo ? 'APPLICATION_PASSWORD_ADMIN' : 'CREATE USER'}`, async ({
    server,
  }) => {
    const rotating = await Rotating.open(server, { prepare });
    const { user, password } = rotating.login;
    const forgotten = secret();
    await asAdmin(
      server,
      `ALTER USER ${at(user)} IDENTIFIED BY '${forgotten}'`,
      `ALTER USER ${at(user)} IDENTIFIED BY '${password}' RETAIN CURRENT PASSWORD`,
    );
    assert.ok(await rotating.takes(forgotten));
    await rotating.succeeds();
    assert.not.ok(await rotating.takes(forgotten));
  });

test.run();
