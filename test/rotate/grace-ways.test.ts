import { Secret } from '../../src/secret.ts';
import { codeOf, must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

const at = (user: string): string => `'${user}'@'%'`;

/** Rights over accounts, for the admin of a test. */
const mayAll = ({ user }: Login): string[] => [
  `GRANT CREATE USER ON *.* TO ${at(user)}`,
  `GRANT SELECT ON mysql.* TO ${at(user)}`,
];

const mayTwo = ({ user }: Login): string[] => [`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${at(user)}`];
const mayCreate = ({ user }: Login): string[] => [`GRANT CREATE USER ON *.* TO ${at(user)}`];

/** Who may have two passwords, and how that is typed. */
const ways = {
  mysql: [
    ['an admin', undefined],
    ['oneself with APPLICATION_PASSWORD_ADMIN', mayTwo],
    ['oneself with CREATE USER', mayCreate],
  ],
  mariadb: [
    ['an admin', undefined],
    ['oneself with CREATE USER', mayCreate],
  ],
} as const;

for (const engine of ['mysql', 'mariadb'] as const) {
  const test = suite<{ server: Server }>(`who may have a grace, ${engine}`, { needs: [engine] });

  test.before(async (context) => {
    context.server = await use(engine);
  });

  /** One that is in its grace, and the passwords that it has. */
  async function graced(server: Server, prepare?: (login: Login) => string[]) {
    const rotating = await Rotating.open(server, prepare && { prepare });
    if (!prepare) await rotating.addAdmin(mayAll);
    const admin = prepare ? [] : ['--admin', 'admin'];
    const old = rotating.login.password;
    const result = must(await rotating.rotate([...admin, '--grace', '1h']));
    assert.match(result.stderr, 'the old one holds for');
    const now = await rotating.current();
    const { previous, discardAt = 0 } = await rotating.record();
    assert.is(previous?.password.reveal(), old);
    assert.ok(Math.abs(discardAt - Date.now() - 3_600_000) < 60_000);
    assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, true]);
    return { rotating, admin, old, now };
  }

  for (const [who, prepare] of ways[engine]) {
    test(`${who}: both hold, until --finish`, async ({ server }) => {
      const { rotating, admin, old, now } = await graced(server, prepare);
      must(await rotating.rotate([...admin, '--finish']));
      assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, false]);
      const { previous, discardAt, current } = await rotating.record();
      assert.equal([previous, discardAt, current.password.reveal()], [undefined, undefined, now]);
    });

    test(`${who}: the next rotation discards the old one first`, async ({ server }) => {
      const { rotating, admin, old, now } = await graced(server, prepare);
      await rotating.succeeds(admin);
      assert.equal([await rotating.takes(now), await rotating.takes(old)], [false, false]);
    });
  }

  test('one grace after another leaves two passwords, and not three', async ({ server }) => {
    const { rotating, admin, old, now } = await graced(server, mayCreate);
    must(await rotating.rotate([...admin, '--grace', '1h']));
    const third = await rotating.current();
    const held = await Promise.all([third, now, old].map((one) => rotating.takes(one)));
    assert.equal(held, [true, true, false]);
  });

  test('an account without the right is refused, and nothing is begun', async ({ server }) => {
    const rotating = await Rotating.open(server);
    await rotating.refuses('NO_GRACE', ['--grace', '1h']);
  });

  test('where it took an admin, ending it takes one, and both passwords stay', async ({ server }) => {
    const { rotating, old, now } = await graced(server);
    for (const args of [[], ['--finish']]) await rotating.refuses('NEEDS_ADMIN', args);
    assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, true]);
  });

  test('a rotation with grace that was cut off keeps its grace', async ({ server }) => {
    const rotating = await Rotating.open(server, { prepare: mayCreate });
    const fresh = new Secret('pw-cut-off-in-the-middle-0123456789-Zz');
    // Stored to the second.
    const discardAt = (Math.floor(Date.now() / 1000) + 3_600) * 1000;
    await rotating.shop.alter('dev', (record) => ({
      ...record,
      pending: { password: fresh, setAt: Date.now() },
      rotationId: '0011223344556677',
      discardAt,
    }));
    must(await rotating.rotate());
    const held = [await rotating.takes(fresh.reveal()), await rotating.takes(rotating.login.password)];
    assert.equal(held, [true, true]);
    assert.is((await rotating.record()).discardAt, discardAt);
  });

  test('an expired account ends its grace all the same', async ({ server }) => {
    const { rotating, admin, old, now } = await graced(server);
    await asAdmin(server, `ALTER USER ${at(rotating.login.user)} PASSWORD EXPIRE`);
    const result = await rotating.rotate([...admin, '--finish']);
    assert.is(codeOf(result), undefined, result.output);
    assert.equal([await rotating.takes(now), await rotating.takes(old)], [true, false]);
  });

  test.run();
}
