import { cpSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { serverCode } from '../../src/connect/failure.ts';
import { assert, suite } from '../helpers/suite.ts';
import { commands } from '../services/commands.ts';
import { ownGround } from '../services/ground.ts';
import { serveMysql } from '../services/mariadb.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { endpoint, fact, refusal, within } from './endpoints.ts';

// What only MySQL and MariaDB have.
for (const engine of ['mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server; account: Login }>(`connect/mysql ${engine}`, { needs: [engine] });

  test.before(async (context) => {
    context.server = await use(engine);
    context.account = await newLogin(context.server);
  });

  test('a password that the server lets expire', async ({ server }) => {
    const account = await newLogin(server);
    await asAdmin(server, `ALTER USER '${account.user}'@'%' PASSWORD EXPIRE`);
    const error = await refusal(endpoint(server, account), account.password);
    assert.is(error.code, 'PASSWORD_EXPIRED');
    assert.match(serverCode(error) ?? '', /^(1820|1862)$/);
    assert.is((await refusal(endpoint(server, account), 'not this one')).code, 'WRONG_PASSWORD');
  });

  test('an account that is locked is not taken for a wrong password', async ({ server }) => {
    const account = await newLogin(server);
    await asAdmin(server, `ALTER USER '${account.user}'@'%' ACCOUNT LOCK`);
    const error = await refusal(endpoint(server, account), account.password);
    assert.is(error.code, 'DATABASE');
    assert.match(fact(error, 'server says') ?? '', /locked/i);
  });

  test('a limit of the account is as good as a full server', async ({ server }) => {
    const account = await newLogin(server);
    await asAdmin(server, `ALTER USER '${account.user}'@'%' WITH MAX_USER_CONNECTIONS 1`);
    await within(endpoint(server, account), account.password, async () => {
      assert.is((await refusal(endpoint(server, account), account.password)).code, 'TOO_MANY');
    });
  });

  test('an address as host cannot be verified to the full, and says what can', async ({
    server,
    account,
  }) => {
    for (const host of ['127.0.0.1', '::1']) {
      const error = await refusal(endpoint(server, account, { host }), account.password);
      assert.is(error.code, 'BAD_PROFILE');
      assert.match(error.message, /needs a host name/);
    }
    const tls = { mode: 'verify-ca' } as const;
    const to = endpoint(server, account, { host: '127.0.0.1', tls });
    assert.is(await within(to, account.password, (session) => session.tls?.authorized), true);
  });

  test('a database without rights says no more than one that is not there', async ({ server, account }) => {
    const other = await newLogin(server);
    const error = await refusal(endpoint(server, account, { database: other.database }), account.password);
    assert.is(error.code, 'NO_DATABASE');
    assert.match(error.note ?? '', /has no rights on it/);
  });

  test('a user that needs TLS looks like a wrong password, unless the server can prove itself', async () => {
    const server = await use(engine, 'ip');
    const account = await newLogin(server);
    await asAdmin(
      server,
      'SET GLOBAL require_secure_transport = OFF',
      `ALTER USER '${account.user}'@'%' REQUIRE SSL`,
    );
    try {
      const proven = endpoint(server, account, { tls: { mode: 'disable' } });
      assert.is((await refusal(proven, account.password)).code, 'TLS_REQUIRED');
      const { ca: _, ...tls } = proven.tls;
      const error = await refusal({ ...proven, tls }, account.password);
      assert.is(error.code, 'WRONG_PASSWORD');
      assert.match(error.note ?? '', /demands TLS/);
      assert.is((await refusal(proven, 'not this one')).code, 'WRONG_PASSWORD');
    } finally {
      await asAdmin(server, 'SET GLOBAL require_secure_transport = ON');
    }
  });

  test('the server gets no file of ours', async ({ server, account }) => {
    await asAdmin(server, 'SET GLOBAL local_infile = ON');
    await within(endpoint(server, account), account.password, async (session) => {
      await session.query('CREATE TABLE stolen (line text)');
      const error = await assert.rejects(
        session.query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE stolen"),
      );
      assert.is((error as { code?: string }).code, 'DATABASE');
      assert.equal(await session.query('SELECT * FROM stolen'), []);
    });
  });

  test('prints nothing on its own', async ({ server, account }) => {
    const said: unknown[] = [];
    const { write } = process.stderr;
    process.stderr.write = ((text: unknown) => said.push(text) > 0) as typeof write;
    try {
      await within(endpoint(server, account), account.password, (session) => session.query('SELECT 1'));
      await refusal(endpoint(server, account), 'not this one');
    } finally {
      process.stderr.write = write;
    }
    assert.equal(said, []);
  });

  if (engine === 'mariadb') {
    test('a login by the socket without a look at the password is told from one with', async ({ server }) => {
      const { username } = userInfo();
      await asAdmin(
        server,
        `CREATE USER IF NOT EXISTS '${username}'@localhost`,
        `ALTER USER '${username}'@localhost IDENTIFIED VIA mysql_native_password USING '' OR unix_socket`,
      );
      const to = endpoint(
        server,
        { user: username },
        { dial: server.socket, database: 'information_schema' },
      );
      assert.is(await within(to, 'any password', (session) => session.askedForPassword), false);
    });

    test('so is one at a server that checks nobody', async () => {
      const ground = await ownGround();
      const { mariadbd = '' } = await commands(ground, 'mariadbd');
      await ground.use('mariadb', 'plain');
      const data = join(ground.folder, 'maria-unchecked');
      cpSync(join(ground.folder, 'maria'), data, { recursive: true });
      const server = await serveMysql(ground, {
        engine: 'mariadb',
        command: mariadbd,
        args: ['--skip-grant-tables'],
        data,
        certificates: await ground.use('certificates'),
        variant: 'right',
        connections: 10,
        clients: '',
      });
      const to = endpoint(server, { user: 'anybody', database: 'information_schema' });
      assert.is(await within(to, 'any password', (session) => session.askedForPassword), false);
    });
  }

  test.run();
}
