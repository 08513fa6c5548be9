// Settings of a whole server, which other test files must not meet: servers of their own.
import { assert, suite } from '../helpers/suite.ts';
import { type Ground, ownGround } from '../services/ground.ts';
import { asAdmin, type Login, type Server } from '../services/server.ts';
import { Rotating } from './rotating.ts';

const mayAll = ({ user }: Login): string[] => [
  `GRANT CREATE USER ON *.* TO '${user}'@'%'`,
  `GRANT SELECT ON mysql.* TO '${user}'@'%'`,
];

for (const engine of ['mariadb', 'mysql'] as const) {
  const test = suite<{ server: Server; ground: Ground }>(`rotate/habits ${engine}`, { needs: [engine] });

  test.before(async (context) => {
    context.ground = await ownGround();
    context.server = await context.ground.use(engine);
  });

  /**
   * For the length of a test. The former value is set again, since MySQL 9.7 makes no account any more once
   * `caching_sha2_password_digest_rounds` was set to `DEFAULT` (1396).
   */
  async function having<T>(server: Server, name: string, value: string, work: () => Promise<T>): Promise<T> {
    const [row] = await asAdmin(server, `SELECT @@GLOBAL.${name} AS was`);
    const was = row?.was;
    await asAdmin(server, `SET GLOBAL ${name} = ${value}`);
    try {
      return await work();
    } finally {
      await asAdmin(server, `SET GLOBAL ${name} = ${typeof was === 'string' ? `'${was}'` : was}`);
    }
  }

  for (const mode of ['NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES', 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'])
    test(`${mode} changes nothing, with an old password full of quotes`, async ({ server }) => {
      const password = `o'brien\\"s \\' '' ${'x'.repeat(12)} Zz9`;
      const rotating = await Rotating.open(server, { login: { password } });
      await rotating.addAdmin(mayAll);
      await having(server, 'sql_mode', `'${mode}'`, async () => {
        await rotating.succeeds();
        await rotating.succeeds(['--admin', 'admin']);
      });
    });

  test('one that locks accounts after one wrong login', async ({ server }) => {
    const rotating = await Rotating.open(server, {
      prepare: ({ user }) =>
        engine === 'mysql' ? [`ALTER USER '${user}'@'%' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1`] : [],
    });
    const work = (): Promise<unknown> => rotating.refuses('ONE_STRIKE');
    await (engine === 'mysql' ? work() : having(server, 'max_password_errors', '1', work));
    assert.ok(await rotating.takes(rotating.login.password));
  });

  if (engine === 'mysql') {
    test('a hash has the rounds that the server would take', async ({ server }) => {
      const rotating = await Rotating.open(server);
      await rotating.addAdmin(mayAll);
      const hash = async (): Promise<string> =>
        Buffer.from(String((await rotating.kept())[0]?.hash), 'hex').toString('latin1');
      await having(server, 'caching_sha2_password_digest_rounds', '6000', () =>
        rotating.succeeds(['--admin', 'admin']),
      );
      assert.match(await hash(), /^\$A\$006\$/);
    });

    test('and the form that it enforces', async ({ server }) => {
      const rotating = await Rotating.open(server);
      await rotating.addAdmin(mayAll);
      await having(server, 'caching_sha2_password_storage_format', "'PBKDF2_SHA512'", () =>
        rotating.succeeds(['--admin', 'admin']),
      );
      const [row] = await rotating.kept();
      assert.match(Buffer.from(String(row?.hash), 'hex').toString('latin1'), /^\$B\$/);
    });

    test('a rule that no password of ours meets: two were tried, and nothing is left', async ({ server }) => {
      await asAdmin(server, "INSTALL COMPONENT 'file://component_validate_password'");
      const rotating = await Rotating.open(server, { login: { password: `Aa1-${'x'.repeat(60)}` } });
      await having(server, 'validate_password.length', '60', async () => {
        await rotating.refuses('PASSWORD_REJECTED');
      });
      await rotating.succeeds();
    });
  }

  test.run();
}
