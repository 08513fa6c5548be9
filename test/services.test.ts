import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from './helpers/program.ts';
import { assert, type Need, suite } from './helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from './services/server.ts';
import { use, type Variant } from './services/use.ts';

const run = promisify(execFile);

type Engine = Server['engine'];

/** Logs in with the engine's own client, which verifies the certificate and its name, and asks for the TLS version. */
async function logIn(server: Server, login: Login): Promise<string> {
  const [command, args, env] = clients[server.engine](server, login);
  const { stdout } = await run(join(server.clients, command), args, { env });
  return stdout.trim();
}

type Call = [command: string, args: string[], env: NodeJS.ProcessEnv];

const clients: Record<Engine, (server: Server, login: Login) => Call> = {
  postgresql: (server, { user, password, database }) => {
    const url = `postgresql://${user}@${server.host}:${server.port}/${database}`;
    const query = 'select version from pg_stat_ssl where pid = pg_backend_pid()';
    return [
      'psql',
      [`${url}?sslmode=verify-full&sslrootcert=${server.ca}`, '-Atc', query],
      { PGPASSWORD: password },
    ];
  },
  mariadb: (server, login) => ['mariadb', mysqlArgs(server, login, '--ssl-verify-server-cert'), env(login)],
  mysql: (server, login) => ['mysql', mysqlArgs(server, login, '--ssl-mode=VERIFY_IDENTITY'), env(login)],
};

const env = ({ password }: Login): NodeJS.ProcessEnv => ({ MYSQL_PWD: password });

function mysqlArgs(server: Server, { user, database }: Login, verify: string): string[] {
  const where = ['--protocol=tcp', `--host=${server.host}`, `--port=${server.port}`, `--user=${user}`];
  const query =
    "select variable_value from performance_schema.session_status where variable_name = 'Ssl_version'";
  const status = server.engine === 'mysql' ? query : "show status like 'Ssl_version'";
  return ['--no-defaults', ...where, `--ssl-ca=${server.ca}`, verify, '-BNe', status, database];
}

const refusals: Record<Engine, Partial<Record<Variant, RegExp>>> = {
  postgresql: {
    expired: /certificate has expired|certificate verify failed/,
    otherName: /does not match host name "localhost"/,
    otherCa: /certificate verify failed/,
    plain: /server does not support SSL/,
  },
  mariadb: {
    expired: /certificate has expired/,
    otherName: /Hostname verification failed|Validation of SSL server certificate failed/,
    otherCa: /unable to get local issuer certificate|self-signed certificate/,
    plain: /SSL is required|does not support/,
  },
  mysql: {
    expired: /certificate verify failed/,
    otherName: /certificate verify failed/,
    otherCa: /certificate verify failed/,
    plain: /SSL is required/,
  },
};

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(engine, { needs: [engine] });

  test('the client logs in over verified TLS', async () => {
    const server = await use(engine);
    assert.match(await logIn(server, await newLogin(server)), /TLSv1\.3$/);
  });

  test('a password with every printable character logs in', async () => {
    const server = await use(engine);
    const password = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join('');
    assert.match(await logIn(server, await newLogin(server, { password })), /TLSv1\.3$/);
  });

  test('a wrong password does not', async () => {
    const server = await use(engine);
    const login = await newLogin(server);
    await assert.rejects(
      logIn(server, { ...login, password: 'wrong' }),
      /password authentication failed|Access denied/,
    );
  });

  test('statements are logged', async () => {
    const server = await use(engine);
    await asAdmin(server, "select 'a mark in the log'");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.match(readFileSync(server.log, 'utf8'), /a mark in the log/);
  });

  for (const [variant, why] of Object.entries(refusals[engine])) {
    test(`the client refuses the certificate: ${variant}`, async () => {
      const server = await use(engine, variant as Variant);
      await assert.rejects(logIn(server, await newLogin(server)), why);
    });
  }

  test('"small" runs out of connections', async () => {
    const server = await use(engine, 'small');
    const login = await newLogin(server);
    const many = Array.from({ length: server.connections + 3 }, () => sleepIn(server, login));
    const said = (await Promise.allSettled(many)).map((result) =>
      String('reason' in result ? result.reason : ''),
    );
    assert.match(said.join('\n'), /remaining connection slots|too many clients|Too many connections/);
  });

  test.run();
}

async function sleepIn(server: Server, login: Login): Promise<void> {
  const [command, args, env] = clients[server.engine](server, login);
  const query = server.engine === 'postgresql' ? 'select pg_sleep(1)' : 'select sleep(1)';
  const changed = args.map((arg) => (/^(select|show) /.test(arg) ? query : arg));
  await run(join(server.clients, command), changed, { env });
}

const certificates = suite('certificates');

certificates('a client certificate is signed by the same authority', async () => {
  const { ca, client } = await use('certificates');
  const read = (file: string): X509Certificate => new X509Certificate(readFileSync(file));
  const certificate = read(client.cert);
  assert.ok(certificate.verify(read(ca).publicKey));
  assert.is(certificate.subject, 'CN=client_app');
});

certificates.run();

for (const major of ['20', '22', '24', '26'] as const) {
  const test = suite(`Node ${major}`, { needs: [`node${major}` satisfies Need] });

  test('answers, first in PATH', async () => {
    const { file, version } = await use('node', major);
    const { stdout } = await program('sh', ['-c', 'node --version'], { node: file });
    assert.is(stdout, `v${version}\n`);
  });

  test.run();
}

const age = suite('age', { needs: ['age'] });

age('encrypts and decrypts', async () => {
  const commands = await use('age');
  const script = '"$1" -o key 2>/dev/null; printf text | "$0" -r "$("$1" -y key)" | "$0" -d -i key';
  const { stdout } = await program('sh', ['-c', script, commands.age ?? '', commands['age-keygen'] ?? '']);
  assert.is(stdout, 'text');
});

age.run();
