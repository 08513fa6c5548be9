import { randomBytes } from 'node:crypto';
import { codeOf, must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

const test = suite<{ server: Server }>('rotate/mariadb', { needs: ['mariadb'] });

test.before(async (context) => {
  context.server = await use('mariadb');
});

const secret = (): string => `pw-${randomBytes(12).toString('hex')}-Zz9`;
const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const at = (user: string, host = '%'): string => `${literal(user)}@'${host}'`;

/** How the server would make the account again. */
async function shown({ server, login }: Rotating, host = '%'): Promise<string> {
  const [row = {}] = await asAdmin(server, `SHOW CREATE USER ${at(login.user, host)}`);
  return String(Object.values(row)[0]);
}

/** Rights over accounts, for the admin of a test. */
const mayAll = ({ user }: { user: string }): string[] => [
  `GRANT CREATE USER ON *.* TO ${at(user)}`,
  `GRANT SELECT ON mysql.* TO ${at(user)}`,
];

test('oneself: SET PASSWORD with a hash, which the server keeps as it is', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.succeeds();
  const [, hash] = /BY PASSWORD '(\*\w{40})'/.exec(await shown(rotating)) ?? [];
  assert.ok(rotating.heard(`SET PASSWORD = '${hash}'`));
});

test('an admin: ALTER USER, which leaves all else of the account as it was', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [
      `ALTER USER ${at(user)} REQUIRE SSL WITH MAX_USER_CONNECTIONS 20 PASSWORD EXPIRE INTERVAL 77 DAY`,
    ],
  });
  const admin = await rotating.addAdmin(mayAll);
  const before = await rotating.kept(admin.user);
  await rotating.succeeds(['--admin', 'admin']);
  assert.ok(
    rotating.heard(`ALTER USER ${at(rotating.login.user)} IDENTIFIED VIA mysql_native_password USING '*`),
  );
  assert.match(
    await shown(rotating),
    /REQUIRE SSL.* MAX_USER_CONNECTIONS 20.* PASSWORD EXPIRE INTERVAL 77 DAY/,
  );
  assert.equal(await rotating.kept(admin.user), before);
  await rotating.succeeds(['--admin', 'admin', '--valid-until', '36h']);
  assert.match(await shown(rotating), 'PASSWORD EXPIRE INTERVAL 2 DAY');
});

test('nobody sets the own expiry: it takes an admin', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.refuses('NEEDS_ADMIN', ['--valid-until', '30d']);
});

test('an admin without the right is refused by the server, and nothing is left behind', async ({
  server,
}) => {
  const rotating = await Rotating.open(server);
  await rotating.addAdmin(() => []);
  const { stderr } = await rotating.refuses('DATABASE', ['--admin', 'admin']);
  assert.match(stderr, '1227');
});

for (const old of ["o'brien\\\"s \\' -- `x` %s ? ;", "it''s \\\\ here ", "\\'; DROP USER x; -- 0123"])
  test(`an old password with ${old} is no part of a statement`, async ({ server }) => {
    const rotating = await Rotating.open(server, { login: { password: old } });
    await rotating.succeeds();
  });

for (const name of ["o'brien \\ x", 'we ird-"quo""te"', 'a@b', 'ünï`code'])
  test(`an account called ${name} is rotated, also by an admin`, async ({ server }) => {
    const user = `${name}${randomBytes(3).toString('hex')}`;
    const rotating = await Rotating.open(server, { login: { user } });
    await rotating.succeeds();
    await rotating.addAdmin(mayAll);
    await rotating.succeeds(['--admin', 'admin']);
    await asAdmin(server, `DROP USER ${at(user)}`);
  });

for (const admin of [false, true])
  test(`one user from two hosts is two accounts: the one that logged in is changed${admin ? ' by an admin' : ''}`, async ({
    server,
  }) => {
    const rotating = await Rotating.open(server);
    const { user, password, database } = rotating.login;
    const other = secret();
    await asAdmin(
      server,
      `ALTER USER ${at(user)} IDENTIFIED BY '${other}'`,
      `CREATE USER ${at(user, 'localhost')} IDENTIFIED BY '${password}'`,
      `GRANT ALL ON ${database}.* TO ${at(user, 'localhost')}`,
    );
    if (admin) await rotating.addAdmin(mayAll);
    const before = await shown(rotating);
    await rotating.succeeds(admin ? ['--admin', 'admin'] : []);
    assert.is(await shown(rotating), before);
  });

test('an expired account is rotated by itself and by an admin', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [`ALTER USER ${at(user)} PASSWORD EXPIRE`],
  });
  must(await rotating.rotate());
  const first = await rotating.current();
  assert.ok((await rotating.takes(first)) && !(await rotating.takes(rotating.login.password)));
  await rotating.addAdmin(mayAll);
  await asAdmin(server, `ALTER USER ${at(rotating.login.user)} PASSWORD EXPIRE`);
  await rotating.succeeds(['--admin', 'admin']);
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

test('of two passwords the account may change one alone, so that it takes an admin', async ({ server }) => {
  const forgotten = secret();
  const rotating = await Rotating.open(server, {
    prepare: ({ user, password }) => [
      `ALTER USER ${at(user)} IDENTIFIED VIA mysql_native_password USING PASSWORD('${password}') OR mysql_native_password USING PASSWORD('${forgotten}')`,
    ],
  });
  await rotating.refuses('NEEDS_ADMIN');
  await rotating.addAdmin(mayAll);
  await rotating.succeeds(['--admin', 'admin']);
  assert.not.ok(await rotating.takes(forgotten));
});

test('an account that also logs in by the socket is refused', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user, password }) => [
      `ALTER USER ${at(user)} IDENTIFIED VIA mysql_native_password USING PASSWORD('${password}') OR unix_socket`,
    ],
  });
  const { stderr } = await rotating.refuses('PLUGIN');
  assert.match(stderr, 'unix_socket');
});

test('an account of ed25519 is refused before anything is sent', async ({ server }) => {
  await asAdmin(server, "INSTALL SONAME 'auth_ed25519'").catch(() => {});
  const rotating = await Rotating.open(server, {
    prepare: ({ user, password }) => [
      `ALTER USER ${at(user)} IDENTIFIED VIA ed25519 USING PASSWORD('${password}')`,
    ],
  });
  const { stderr } = await rotating.refuses('PLUGIN');
  assert.match(stderr, 'ed25519');
});

test('a lock that another machine holds is told, and the next command goes on', async ({ server }) => {
  const rotating = await Rotating.open(server);
  const [, name] = /GET_LOCK\('([^']+)'/.exec((await rotating.rotate(['--dry-run'])).stdout) ?? [];
  assert.ok(name);
  const { createConnection } = await import('mysql2/promise');
  const holder = await createConnection({ socketPath: server.socket, user: 'root' });
  await holder.query(`SELECT GET_LOCK('${name}', 1)`);
  const result = await rotating.rotate();
  await holder.end();
  assert.is(codeOf(result), 'RACED', result.output);
  assert.ok((await rotating.record()).pending);
  assert.ok(await rotating.takes(rotating.login.password));
  await rotating.succeeds(['--finish']);
});

test.run();
