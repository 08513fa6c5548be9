import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EndpointTls } from '../../src/connect/endpoint.ts';
import { serverCode } from '../../src/connect/failure.ts';
import { login } from '../../src/connect/login.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { clean, endpoint, fact, refusal, within } from './endpoints.ts';

// What only PostgreSQL has: pg_hba.conf, roles that may not log in, and a client that reads PG* variables.
const test = suite<{ server: Server; account: Login }>('connect/postgresql', { needs: ['postgresql'] });

test.before(async (context) => {
  context.server = await use('postgresql', 'ip');
  context.account = await newLogin(context.server);
});

/** Puts a line for one user at the head of pg_hba.conf. */
async function hba(server: Server, ...lines: string[]): Promise<void> {
  const file = join(server.socket, 'pg_hba.conf');
  writeFileSync(file, [...lines, readFileSync(file, 'utf8')].join('\n'));
  await asAdmin(server, 'SELECT pg_reload_conf()');
  for (let left = 200; left > 0; left -= 1) {
    const rows = await asAdmin(server, 'SELECT line_number FROM pg_hba_file_rules');
    const [loaded] = await asAdmin(server, "SELECT pg_conf_load_time() > now() - interval '5 s' AS fresh");
    if (rows.length > 0 && loaded?.fresh === true) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('an address as host is compared with the addresses of the certificate', async ({ server, account }) => {
  for (const host of ['127.0.0.1', '::1']) {
    await within(endpoint(server, account, { host, dial: 'localhost' }), account.password, ({ tls }) => {
      assert.is(tls?.authorized, true);
      assert.ok(tls?.certificateNames.includes('127.0.0.1'));
    });
  }
  const named = await use('postgresql');
  const theirs = await newLogin(named);
  assert.is(
    (await refusal(endpoint(named, theirs, { host: '127.0.0.1' }), theirs.password)).code,
    'CERT_NAME',
  );
});

test('a login without a look at the password is told from one with', async ({ server }) => {
  const account = await newLogin(server);
  await hba(server, `hostssl all ${account.user} all trust`);
  const asked = await within(
    endpoint(server, account),
    'any-password-at-all',
    (session) => session.askedForPassword,
  );
  assert.is(asked, false);
});

test('a password in the clear inside TLS, and an MD5 one', async ({ server }) => {
  for (const method of ['password', 'md5']) {
    const account = await newLogin(server);
    if (method === 'md5') {
      await asAdmin(
        server,
        `SET password_encryption = 'md5'`,
        `ALTER ROLE ${account.user} PASSWORD '${account.password}'`,
      );
    }
    await hba(server, `hostssl all ${account.user} all ${method}`);
    assert.is(await within(endpoint(server, account), account.password, (one) => one.askedForPassword), true);
    assert.is((await refusal(endpoint(server, account), 'not this one')).code, 'WRONG_PASSWORD');
  }
});

test('a role that may not log in is not taken for a wrong password', async ({ server }) => {
  const account = await newLogin(server);
  await asAdmin(server, `ALTER ROLE ${account.user} NOLOGIN`);
  const error = await refusal(endpoint(server, account), account.password);
  assert.is(error.code, 'DATABASE');
  assert.is(serverCode(error), '28000');
  assert.match(fact(error, 'server says') ?? '', /not permitted to log in/);
});

test('a role past its VALID UNTIL looks like a wrong password, and the note says so', async ({ server }) => {
  const account = await newLogin(server);
  await asAdmin(server, `ALTER ROLE ${account.user} VALID UNTIL '2020-01-01'`);
  const error = await refusal(endpoint(server, account), account.password);
  assert.is(error.code, 'WRONG_PASSWORD');
  assert.match(error.note ?? '', /VALID UNTIL/);
});

test('a line of pg_hba.conf that turns all away is no demand for TLS', async ({ server }) => {
  const account = await newLogin(server);
  await hba(server, `host all ${account.user} all reject`);
  for (const mode of ['disable', 'verify-full'] as const) {
    const error = await refusal(endpoint(server, account, { tls: { mode } }), account.password);
    assert.is(error.code, 'DATABASE');
    assert.match(fact(error, 'server says') ?? '', /pg_hba\.conf rejects/);
  }
});

test('trust over TLS alone is a demand for TLS', async ({ server }) => {
  const account = await newLogin(server);
  await hba(server, `hostssl all ${account.user} all trust`, `host all ${account.user} all reject`);
  const error = await refusal(endpoint(server, account, { tls: { mode: 'disable' } }), account.password);
  assert.is(error.code, 'TLS_REQUIRED');
});

test('asking whether TLS would help gives no password away', async ({ server, account }) => {
  const before = readFileSync(server.log, 'utf8').length;
  const error = await refusal(endpoint(server, account, { tls: { mode: 'disable' } }), 'not this one');
  assert.is(error.code, 'TLS_REQUIRED');
  assert.not.match(readFileSync(server.log, 'utf8').slice(before), /password authentication failed/);
});

test('a right to connect that was taken away is no missing database', async ({ server, account }) => {
  const other = await newLogin(server);
  await asAdmin(server, `REVOKE CONNECT ON DATABASE ${other.database} FROM PUBLIC`);
  const error = await refusal(endpoint(server, account, { database: other.database }), account.password);
  assert.is(error.code, 'DATABASE');
  assert.is(serverCode(error), '42501');
});

test('a limit of the role is no full server, but as good as one', async ({ server }) => {
  const account = await newLogin(server);
  await asAdmin(server, `ALTER ROLE ${account.user} CONNECTION LIMIT 0`);
  assert.is((await refusal(endpoint(server, account), account.password)).code, 'TOO_MANY');
});

test('client certificates', async () => {
  const server = await use('postgresql');
  const { client, otherCa, right } = await use('certificates');
  const account = await newLogin(server, { user: 'client_app' });
  const pair = (of: { cert: string; key: string }): Partial<EndpointTls> => ({
    cert: readFileSync(of.cert, 'utf8'),
    key: readFileSync(of.key, 'utf8'),
  });
  const asked = await within(
    endpoint(server, account, { tls: pair(client) }),
    account.password,
    (one) => one.askedForPassword,
  );
  assert.is(asked, true);
  const missing = await refusal(endpoint(server, account), account.password);
  assert.is(missing.code, 'DATABASE');
  assert.match(fact(missing, 'server says') ?? '', /valid client certificate/);
  assert.is(
    (await refusal(endpoint(server, account, { tls: pair(otherCa) }), account.password)).code,
    'TLS_FAILED',
  );
  const mixed = { cert: client.cert, key: right.key };
  assert.is(
    (await refusal(endpoint(server, account, { tls: pair(mixed) }), account.password)).code,
    'BAD_PROFILE',
  );
});

const hostile: Record<string, string> = {
  PGHOST: 'elsewhere.test',
  PGPORT: '1',
  PGUSER: 'somebody',
  PGDATABASE: 'something',
  PGPASSWORD: 'another',
  PGOPTIONS: '-c default_transaction_read_only=on',
  PGREPLICATION: 'database',
  PGSSLMODE: 'disable',
  PGSSLNEGOTIATION: 'direct',
  PGAPPNAME: 'something else',
  PGCONNECT_TIMEOUT: '0',
  NODE_PG_FORCE_NATIVE: '1',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
};

test('variables of the environment change nothing', async ({ server, account }) => {
  const [foreign, named] = [await use('postgresql', 'otherCa'), await use('postgresql', 'otherName')];
  const [theirs, mine] = [await newLogin(foreign), await newLogin(named)];
  Object.assign(process.env, hostile);
  try {
    await within(endpoint(server, account), account.password, async (session) => {
      const [row] = await session.query(
        `SELECT session_user::text AS login, current_database()::text AS base,
           current_setting('default_transaction_read_only') AS locked,
           current_setting('application_name') AS app`,
      );
      assert.equal(row, { login: account.user, base: account.database, locked: 'off', app: 'dbcreds' });
      assert.is(session.tls?.authorized, true);
    });
    assert.is((await refusal(endpoint(foreign, theirs), theirs.password)).code, 'CERT_UNKNOWN_CA');
    assert.is((await refusal(endpoint(named, mine), mine.password)).code, 'CERT_NAME');
  } finally {
    for (const name of Object.keys(hostile)) delete process.env[name];
  }
});

test('an empty password is none of a file in the home folder, nor of a variable', async ({
  server,
  account,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'passfile-'));
  writeFileSync(join(folder, 'pass'), `*:*:*:*:${account.password}\n`, { mode: 0o600 });
  Object.assign(process.env, { PGPASSFILE: join(folder, 'pass'), PGPASSWORD: account.password });
  try {
    const outcome = await login(endpoint(server, account), new Secret(''), { timeoutMs: 5000 }).catch(clean);
    assert.is((outcome as { code?: string }).code, 'DATABASE');
  } finally {
    delete process.env.PGPASSFILE;
    delete process.env.PGPASSWORD;
  }
});

test.run();
