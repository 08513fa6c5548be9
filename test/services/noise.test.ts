import { endpoint, within } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { leaks, written } from './noise.ts';
import { asAdmin, newLogin, type Server } from './server.ts';
import { use } from './use.ts';

const plain = (mark: string): string => `plain-${mark}-Zz9!`;

/** For each engine and variant, where a password in the clear must be found: statement by statement. */
const table: [Server['engine'], 'noisy' | 'raw', Record<string, RegExp[]>][] = [
  [
    'postgresql',
    'noisy',
    {
      "ALTER ROLE postgres PASSWORD '#'": [/\.log /, /pg_stat_statements/],
      "ALTER ROLE nobody_here PASSWORD '#'": [/\.log /],
    },
  ],
  [
    'mariadb',
    'noisy',
    {
      "SET PASSWORD FOR dbt_noise@localhost = PASSWORD('#')": [
        /\.statements\.log/,
        /\.slow\.log/,
        /general_log\.CSV/,
        /events_statements_history_long/,
      ],
      "ALTER USER nobody_here IDENTIFIED BY '#'": [/\.statements\.log/, /sql_errors\.log/],
      "INSERT INTO dbt_noise.t VALUES ('#')": [/binlog\.\d+/],
    },
  ],
  [
    'mysql',
    'noisy',
    { "INSERT INTO dbt_noise.t VALUES ('#')": [/\.statements\.log/, /binlog\.\d+/, /slow\.log/] },
  ],
  ['mysql', 'raw', { "ALTER USER dbt_noise@localhost IDENTIFIED BY '#'": [/\.statements\.log/] }],
];

for (const [engine, variant, statements] of table) {
  const test = suite(`${engine}, ${variant}`, { needs: [engine] });

  for (const [statement, places] of Object.entries(statements)) {
    test(`a password in the clear is found: ${statement}`, async () => {
      const server = await use(engine, variant);
      if (engine !== 'postgresql') await asAdmin(server, ...ground);
      const secret = plain(Math.random().toString(36).slice(2, 10));
      await asAdmin(server, statement.replace('#', secret)).catch(() => undefined);
      const found = (await leaks(server, secret)).join('\n');
      for (const place of places) assert.match(found, place);
    });
  }

  test('logs in over verified TLS, and has much to say', async () => {
    const server = await use(engine, variant);
    const login = await newLogin(server);
    await within(endpoint(server, login), login.password, () => undefined);
    const all = await written(server);
    assert.ok(all.length > 20);
    assert.ok(all.reduce((sum, { bytes }) => sum + bytes.length, 0) > 1_000_000);
  });

  test.run();
}

const ground = [
  'CREATE DATABASE IF NOT EXISTS dbt_noise',
  'CREATE TABLE IF NOT EXISTS dbt_noise.t (a TEXT)',
  "CREATE USER IF NOT EXISTS dbt_noise@localhost IDENTIFIED BY 'some-Password-1!'",
];

const trust = suite('trust', { needs: ['postgresql'] });

trust('lets everybody in, whatever the password', async () => {
  const server = await use('postgresql', 'trust');
  const login = await newLogin(server);
  const asked = await within(endpoint(server, login), 'anything', (session) => session.askedForPassword);
  assert.is(asked, false);
});

trust('is of PostgreSQL alone', async () => {
  await assert.rejects(use('mariadb', 'trust'), /mariadb has no variant trust/);
});

trust.run();

const weak = {
  postgresql: ["ALTER ROLE # PASSWORD '#'", /password must not/],
  mariadb: [
    "ALTER USER # IDENTIFIED BY 'x'",
    /does not satisfy the current policy|do not satisfy the current policy|Operation ALTER USER failed/,
  ],
  mysql: [
    "ALTER USER # IDENTIFIED BY 'x'",
    /does not satisfy the current policy|do not satisfy the current policy|Operation ALTER USER failed/,
  ],
} as const;

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`${engine}, strict`, { needs: [engine] });

  test('refuses a bad password', async () => {
    const server = await use(engine, 'strict');
    const login = await newLogin(server);
    const [statement, why] = weak[engine];
    await assert.rejects(asAdmin(server, statement.replaceAll('#', login.user)), why);
    await within(endpoint(server, login), login.password, () => undefined);
  });

  test.run();
}

const strict = suite('mariadb, strict', { needs: ['mariadb'] });

strict('refuses a hash, which it cannot check', async () => {
  const server = await use('mariadb', 'strict');
  const { user } = await newLogin(server);
  const hash = `*${'0'.repeat(40)}`;
  await assert.rejects(
    asAdmin(server, `SET PASSWORD FOR ${user} = '${hash}'`),
    /strict-password-validation|strict_password_validation/,
  );
  await assert.rejects(
    asAdmin(server, `ALTER USER ${user} IDENTIFIED VIA mysql_native_password USING '${hash}'`),
    /ALTER USER failed|strict/,
  );
});

strict.run();
