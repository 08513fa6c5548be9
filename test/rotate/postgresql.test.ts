import { randomBytes } from 'node:crypto';
import { codeOf } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

const test = suite<{ server: Server }>('rotate/postgresql', { needs: ['postgresql'] });

test.before(async (context) => {
  context.server = await use('postgresql');
});

const mark = (): string => randomBytes(4).toString('hex');
const secret = (): string => `pw-${randomBytes(12).toString('hex')}-Zz9`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function verifierOf(server: Server, role: string): Promise<string> {
  const [row] = await asAdmin(server, `SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`);
  return String(row?.rolpassword);
}

test('what the server got is a verifier, and it keeps that byte for byte', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.succeeds();
  const kept = await verifierOf(server, rotating.login.user);
  assert.match(kept, /^SCRAM-SHA-256\$4096:/);
  assert.ok(rotating.heard(`ALTER ROLE SESSION_USER PASSWORD '${kept}'`));
});

test('a role setting has no other role changed', async ({ server }) => {
  const other = `other_${mark()}`;
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [
      `CREATE ROLE ${other} LOGIN PASSWORD '${secret()}'`,
      `GRANT ${other} TO ${user}`,
      `ALTER ROLE ${user} SET role = '${other}'`,
    ],
  });
  const before = await verifierOf(server, other);
  await rotating.succeeds();
  assert.is(await verifierOf(server, other), before);
});

for (const setting of [
  'default_transaction_read_only = on',
  'synchronous_commit = off',
  'default_transaction_isolation = serializable',
  'password_encryption = md5',
  "search_path = ''",
  'standard_conforming_strings = off',
  'client_encoding = latin1',
])
  test(`a role with ${setting} is rotated`, async ({ server }) => {
    const rotating = await Rotating.open(server, {
      prepare: ({ user }) => [`ALTER ROLE ${user} SET ${setting}`],
    });
    await rotating.succeeds();
    assert.match(await verifierOf(server, rotating.login.user), /^SCRAM-SHA-256\$4096:/);
  });

test('a commit waits for the disk, whatever the role has chosen', async ({ server }) => {
  const rotating = await Rotating.open(server, {
    prepare: ({ user }) => [
      `ALTER ROLE ${user} SET synchronous_commit = off`,
      `ALTER ROLE ${user} SET role = 'none'`,
    ],
  });
  await rotating.succeeds();
  assert.ok(rotating.heard('SET LOCAL synchronous_commit = on'));
});

for (const name of ['we ird-"quo""te"', "o'brien \\ ; --", 'SESSION_USER', 'ünïcode', 'select'])
  test(`a role and database called ${name} are rotated, also by an admin`, async ({ server }) => {
    const user = `${name} ${mark()}`;
    const rotating = await Rotating.open(server, { login: { user, database: user } });
    await rotating.succeeds();
    await rotating.addAdmin(({ user: admin }) => [
      `ALTER ROLE ${admin} CREATEROLE`,
      `GRANT ${quoted(user)} TO ${admin} WITH ADMIN OPTION`,
    ]);
    await rotating.succeeds(['--admin', 'admin']);
    await asAdmin(server, `DROP DATABASE ${quoted(user)}`, `DROP ROLE ${quoted(user)}`);
  });

test('a server with passwordcheck takes verifiers', async () => {
  const rotating = await Rotating.open(await use('postgresql', 'strict'), {
    login: { password: secret() },
  });
  await rotating.succeeds();
});

test('a login that is let in without a look at its password is refused', async () => {
  const rotating = await Rotating.open(await use('postgresql', 'trust'));
  await rotating.refuses('NOT_ASKED');
});

test('another account than the one that is named is refused', async ({ server }) => {
  const rotating = await Rotating.open(server, { more: { serverUser: 'somebody_else' } });
  const { stderr } = await rotating.refuses('WRONG_ACCOUNT');
  assert.match(stderr, 'somebody_else');
});

test('a role has one password: no grace', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await rotating.refuses('NO_GRACE', ['--grace', '1h']);
});

test('a wrong stored password is told as one, with one attempt', async ({ server }) => {
  const rotating = await Rotating.open(server);
  await asAdmin(server, `ALTER ROLE ${rotating.login.user} PASSWORD '${secret()}'`);
  await rotating.refuses('WRONG_PASSWORD');
  const lines = rotating.logLines(`password authentication failed for user "${rotating.login.user}"`);
  assert.is(lines, 1);
});

test('another rotation that holds the role is told, and the next command goes on', async ({ server }) => {
  const rotating = await Rotating.open(server);
  const { user } = rotating.login;
  const { Client } = await import('pg');
  const holder = new Client({
    host: server.socket,
    port: server.port,
    user: 'postgres',
    database: 'postgres',
  });
  await holder.connect();
  await holder.query(`BEGIN; ALTER ROLE ${user} CONNECTION LIMIT 20`);
  const result = await rotating.rotate();
  await holder.query('ROLLBACK');
  await holder.end();
  assert.is(codeOf(result), 'RACED', result.output);
  // A process that shares the store and no lock may be about to commit the very same password.
  assert.ok((await rotating.record()).pending);
  assert.ok(await rotating.takes(rotating.login.password));
  await rotating.succeeds(['--finish']);
});

test.run();
