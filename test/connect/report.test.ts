import { describe } from '../../src/connect/report.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { endpoint, within } from './endpoints.ts';

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server; account: Login }>(`connect/report ${engine}`, { needs: [engine] });
  const postgresql = engine === 'postgresql';

  test.before(async (context) => {
    context.server = await use(engine);
    context.account = await newLogin(context.server);
  });

  test('names the server as its makers do', async ({ server, account }) => {
    const seen = await within(endpoint(server, account), account.password, (session) =>
      describe(session, engine),
    );
    const title = { postgresql: 'PostgreSQL', mariadb: 'MariaDB', mysql: 'MySQL' }[engine];
    assert.is(seen.server, `${title} ${server.version.split('-')[0]}`);
    assert.match(seen.server, /^(PostgreSQL \d+\.\d+|(MariaDB|MySQL) \d+\.\d+\.\d+)$/);
  });

  test('tells an owner of a database from a superuser', async ({ server, account }) => {
    const seen = await within(endpoint(server, account), account.password, (session) =>
      describe(session, engine),
    );
    assert.is(seen.user, postgresql ? account.user : `${account.user}@%`);
    assert.is(seen.superuser, false);
    assert.is(seen.primary, true);
  });

  test('knows a superuser', async ({ server }) => {
    const boss = await newLogin(server);
    await asAdmin(
      server,
      postgresql ? `ALTER ROLE ${boss.user} SUPERUSER` : `GRANT ALL ON *.* TO '${boss.user}'@'%'`,
    );
    const seen = await within(endpoint(server, boss), boss.password, (session) => describe(session, engine));
    assert.is(seen.superuser, true);
  });

  if (!postgresql) {
    test('SUPER alone is enough, other rights on everything are not', async ({ server }) => {
      for (const [right, expected] of [
        ['SUPER', true],
        ['SELECT, INSERT', false],
      ] as const) {
        const account = await newLogin(server);
        await asAdmin(server, `GRANT ${right} ON *.* TO '${account.user}'@'%'`);
        const seen = await within(endpoint(server, account), account.password, (session) =>
          describe(session, engine),
        );
        assert.is(seen.superuser, expected);
      }
    });

    test('a server that takes no writes is no primary', async () => {
      const server = await use(engine, 'ip');
      const account = await newLogin(server);
      await asAdmin(server, 'SET GLOBAL read_only = 1');
      try {
        const seen = await within(endpoint(server, account), account.password, (session) =>
          describe(session, engine),
        );
        assert.is(seen.primary, false);
      } finally {
        await asAdmin(server, 'SET GLOBAL read_only = 0');
      }
    });
  }

  test.run();
}
