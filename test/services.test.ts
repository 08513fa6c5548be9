import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assert, suite } from './helpers/suite.ts';
import { newLogin } from './services/server.ts';
import { use } from './services/use.ts';

const run = promisify(execFile);

const postgresql = suite('postgresql', { needs: ['postgresql'] });

postgresql('psql logs in over verified TLS', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const url = `postgresql://${login.user}@localhost:${server.port}/${login.database}`;
  const query = 'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()';
  const { stdout } = await run(
    join(server.clients, 'psql'),
    [`${url}?sslmode=verify-full&sslrootcert=${server.ca}`, '-Atc', query],
    { env: { PGPASSWORD: login.password } },
  );
  assert.is(stdout, 't|TLSv1.3\n');
});

postgresql.run();

const mysqlFamily = [
  ['mariadb', ['--ssl-verify-server-cert']],
  ['mysql', ['--ssl-mode=VERIFY_IDENTITY']],
] as const;

for (const [engine, verify] of mysqlFamily) {
  const test = suite(engine, { needs: [engine] });

  test(`${engine} logs in over verified TLS`, async () => {
    const server = await use(engine);
    const login = await newLogin(server);
    const { stdout } = await run(
      join(server.clients, engine),
      [
        '--no-defaults',
        '--protocol=tcp',
        `--host=${server.host}`,
        `--port=${server.port}`,
        `--user=${login.user}`,
        `--ssl-ca=${server.ca}`,
        ...verify,
        '-BNe',
        "show status like 'Ssl_version'",
        login.database,
      ],
      { env: { MYSQL_PWD: login.password } },
    );
    assert.is(stdout, 'Ssl_version\tTLSv1.3\n');
  });

  test.run();
}
