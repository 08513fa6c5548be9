import { must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

/** What both may do, and the second user itself. */
function second({ engine }: Server, { user, database }: Rotating['login']): string[] {
  return engine === 'postgresql'
    ? [
        `ALTER DATABASE ${database} OWNER TO postgres`,
        `CREATE ROLE ${user}_b LOGIN PASSWORD 'Nobody-Knows-It-7'`,
        `GRANT CONNECT ON DATABASE ${database} TO ${user}, ${user}_b`,
      ]
    : [
        `CREATE USER '${user}_b'@'%' IDENTIFIED BY 'Nobody-Knows-It-7'`,
        `GRANT ALL ON \`${database}\`.* TO '${user}_b'@'%'`,
      ];
}

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`two users that take turns, ${engine}`, { needs: [engine] });

  async function open(more: (login: Rotating['login']) => string[] = () => []): Promise<Rotating> {
    const server = await use(engine);
    const rotating = await Rotating.open(server);
    const { login } = rotating;
    await asAdmin(server, ...second(server, login), ...more(login));
    await rotating.addAdmin(({ user }) =>
      engine === 'postgresql'
        ? [`ALTER ROLE ${user} SUPERUSER`]
        : [`GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`],
    );
    const profiles = rotating.shop.profiles();
    const roles = [login.user, `${login.user}_b`];
    rotating.shop.write({ ...profiles, dev: { ...profiles.dev, rotation: { roles } } });
    return rotating;
  }

  const who = async ({ shop }: Rotating): Promise<string> =>
    must(await shop.dbcreds(['run', '-e', 'dev', '--', 'sh', '-c', 'printf %s "$PGUSER$MYSQL_USER"'])).stdout;

  test('the other one gets the new password, and the one in use stays valid; then they change places', async () => {
    const rotating = await open();
    const { user } = rotating.login;
    await rotating.refuses('NEEDS_ADMIN');
    const first = await rotating.current();
    must(await rotating.rotate(['--admin', 'admin']));
    const one = await rotating.record();
    assert.equal([one.current.user, one.previous?.password.reveal()], [`${user}_b`, first]);
    assert.is(await who(rotating), `${user}_b`);
    assert.ok(await rotating.takes(one.current.password.reveal(), `${user}_b`));
    assert.ok(await rotating.takes(first, user));
    // Each knows its own password by now: nobody else is needed.
    must(await rotating.rotate());
    const two = await rotating.record();
    assert.equal([two.current.user ?? user, two.previous?.user], [user, `${user}_b`]);
    assert.is(await who(rotating), user);
    assert.not.ok(await rotating.takes(first, user));
    assert.ok(await rotating.takes(one.current.password.reveal(), `${user}_b`));
    must(await rotating.rotate());
    assert.is(await who(rotating), `${user}_b`);
    assert.not.ok(await rotating.takes(one.current.password.reveal(), `${user}_b`));
  });

  test('two that may not do the same are told apart before the first turn', async () => {
    const rotating = await open(({ user, database }) =>
      engine === 'postgresql'
        ? [`ALTER ROLE ${user} CREATEDB`]
        : [`REVOKE DELETE ON \`${database}\`.* FROM '${user}_b'@'%'`],
    );
    const { stderr } = await rotating.refuses('ROLES_DIFFER', ['--admin', 'admin']);
    assert.match(stderr, engine === 'postgresql' ? /creates databases: true/ : /only app_\w+ +GRANT/);
  });

  test.run();
}

const test = suite('two users that take turns', { needs: ['postgresql'] });

test('what an account made in a schema of its own does not run as the admin', async () => {
  const server = await use('postgresql');
  const rotating = await Rotating.open(server);
  const { login } = rotating;
  const { Client } = await import('pg');
  const own = new Client({
    ...login,
    host: server.host,
    port: server.port,
    ssl: { rejectUnauthorized: false },
  });
  await own.connect();
  await own.query(`
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.take(text, boolean) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN EXECUTE 'ALTER ROLE ${login.user} SUPERUSER'; RETURN ''; END $$;
    CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = boolean, FUNCTION = evil.take);
    CREATE FUNCTION evil.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 1';
    ALTER DATABASE ${login.database} SET search_path = evil, pg_catalog, public`);
  await own.end();
  await asAdmin(server, `CREATE ROLE ${login.user}_b LOGIN PASSWORD 'Nobody-Knows-It-7'`);
  await rotating.addAdmin(({ user }) => [`ALTER ROLE ${user} SUPERUSER`]);
  const profiles = rotating.shop.profiles();
  const roles = [login.user, `${login.user}_b`];
  // The admin comes into the very database.
  const admin = { ...profiles.admin, database: login.database };
  rotating.shop.write({ ...profiles, admin, dev: { ...profiles.dev, rotation: { roles } } });
  await rotating.rotate(['--admin', 'admin']);
  const rows = await asAdmin(server, `SELECT rolsuper FROM pg_roles WHERE rolname = '${login.user}'`);
  assert.equal(rows, [{ rolsuper: false }]);
});

test.run();
