import { randomBytes } from 'node:crypto';
import { assert, suite } from '../helpers/suite.ts';
import { Rotating } from '../rotate/rotating.ts';
import { leaks } from '../services/noise.ts';
import { asAdmin } from '../services/server.ts';
import { use } from '../services/use.ts';

const secret = (): string => `Noisy-${randomBytes(12).toString('hex')}-Zz9`;

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`what a noisy server writes down of a rotation, ${engine}`, { needs: [engine] });

  test('neither the old nor the new password, by itself, by an admin, or where it fails', async () => {
    const server = await use(engine, 'noisy');
    // The account is made with a password that we do not look for.
    const rotating = await Rotating.open(server);
    const first = await rotating.succeeds();
    const second = await rotating.succeeds();
    await rotating.addAdmin(({ user }) =>
      engine === 'postgresql'
        ? [`ALTER ROLE ${user} SUPERUSER`]
        : [`GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`],
    );
    const third = await rotating.succeeds(['--admin', 'admin']);
    const refused = await rotating.rotate(['--grace', '1h']);
    const fourth = await rotating.current();
    for (const password of new Set([first, second, third, fourth]))
      assert.equal(await leaks(server, password), []);
    assert.ok(refused.code === 125);
  });

  test('and the search would find one', async () => {
    const server = await use(engine, 'noisy');
    const { user } = (await Rotating.open(server)).login;
    const plain = secret();
    const statement =
      engine === 'postgresql' ? `ALTER ROLE ${user} PASSWORD '${plain}'` : `SELECT '${plain}'`;
    await asAdmin(server, statement);
    assert.ok((await leaks(server, plain)).length > 0);
  });

  test.run();
}
