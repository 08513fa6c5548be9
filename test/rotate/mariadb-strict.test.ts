import { must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import type { Login, Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

const test = suite<{ server: Server }>('rotate/mariadb that checks passwords', { needs: ['mariadb'] });

test.before(async (context) => {
  context.server = await use('mariadb', 'strict');
});

const mayAll = ({ user }: Login): string[] => [
  `GRANT CREATE USER ON *.* TO '${user}'@'%'`,
  `GRANT SELECT ON mysql.* TO '${user}'@'%'`,
];

for (const admin of [[], ['--admin', 'admin']]) {
  const who = admin.length > 0 ? 'an admin' : 'oneself';

  test(`${who}: it takes no hash, and the refusal shows what it would write down`, async ({ server }) => {
    const rotating = await Rotating.open(server);
    await rotating.addAdmin(mayAll);
    const { stderr } = await rotating.refuses('PLAINTEXT_SQL', admin);
    assert.match(stderr, /general_log +ON/);
    assert.match(stderr, /strict_password_validation +ON/);
    assert.match(stderr, '--allow-plaintext-sql');
  });

  test(`${who}: with --allow-plaintext-sql it gets the password, and the settings come first`, async ({
    server,
  }) => {
    const rotating = await Rotating.open(server);
    await rotating.addAdmin(mayAll);
    const old = await rotating.current();
    const { stderr } = must(await rotating.rotate([...admin, '--allow-plaintext-sql']));
    assert.match(stderr, /warning: .*general_log=ON/);
    const now = await rotating.current();
    assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, false]);
    assert.ok(rotating.heard(now), 'as was said');
    assert.is((await rotating.record()).pending, undefined);
  });
}

test('a grace begins and ends by plain text alone', async ({ server }) => {
  const rotating = await Rotating.open(server, { prepare: mayAll });
  const old = await rotating.current();
  await rotating.refuses('PLAINTEXT_SQL', ['--grace', '1h']);
  must(await rotating.rotate(['--grace', '1h', '--allow-plaintext-sql']));
  const now = await rotating.current();
  assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, true]);
  await rotating.refuses('PLAINTEXT_SQL', ['--finish']);
  must(await rotating.rotate(['--finish', '--allow-plaintext-sql']));
  assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, false]);
});

test.run();
