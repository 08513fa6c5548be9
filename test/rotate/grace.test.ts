import { codeOf, must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

for (const engine of ['mariadb', 'mysql'] as const) {
  const test = suite(`rotate with grace, ${engine}`, { needs: [engine] });
  const all = ({ user }: { user: string }): string[] => [
    `GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`,
  ];

  test('both passwords log in until the old one is discarded; the record says until when', async () => {
    const rotating = await Rotating.open(await use(engine));
    await rotating.addAdmin(all);
    const old = await rotating.current();
    const said = must(await rotating.rotate(['--admin', 'admin', '--grace', '1h']));
    assert.match(said.stderr, /the old one holds for (1 hour|59 minutes|60 minutes) more/);
    const { current, previous, discardAt = 0 } = await rotating.record();
    const now = current.password.reveal();
    assert.is(previous?.password.reveal(), old);
    assert.ok(Math.abs(discardAt - Date.now() - 3_600_000) < 60_000);
    assert.ok((await rotating.takes(now)) && (await rotating.takes(old)));
    assert.match(must(await rotating.shop.dbcreds(['show', 'dev'])).stdout, /the old password holds for/);
    must(await rotating.rotate(['--finish', '--admin', 'admin']));
    assert.ok(await rotating.takes(now));
    assert.not.ok(await rotating.takes(old));
    const after = await rotating.record();
    assert.equal([after.previous, after.discardAt], [undefined, undefined]);
  });

  test('one that is overdue shows in check; a run tells that it cannot end it, and runs', async () => {
    const rotating = await Rotating.open(await use(engine));
    await rotating.addAdmin(all);
    const old = await rotating.current();
    must(await rotating.rotate(['--admin', 'admin', '--grace', '1h']));
    await rotating.shop.alter('dev', (record) => ({ ...record, discardAt: Date.now() - 60_000 }));
    const check = await rotating.shop.dbcreds(['check']);
    assert.is(check.code, 1);
    assert.match(check.stdout, /the old password should have been discarded 1 minute ago/);
    const run = must(await rotating.shop.dbcreds(['run', '-e', 'dev', '--', 'echo', 'ran']));
    assert.is(run.stdout, 'ran\n');
    assert.match(run.stderr, /could not be: .* \(GRACE_OVERDUE\)/);
    assert.ok(await rotating.takes(old));
    // The next rotation discards first.
    await rotating.succeeds(['--admin', 'admin']);
    assert.not.ok(await rotating.takes(old));
  });

  test('an account that may, ends its own grace at the first run after it', async () => {
    const server = await use(engine);
    const right = engine === 'mysql' ? 'APPLICATION_PASSWORD_ADMIN' : 'CREATE USER';
    const rotating = await Rotating.open(server, {
      prepare: ({ user }) => [`GRANT ${right} ON *.* TO '${user}'@'%'`],
    });
    const old = await rotating.current();
    must(await rotating.rotate(['--grace', '1h']));
    assert.ok(await rotating.takes(old));
    await rotating.shop.alter('dev', (record) => ({ ...record, discardAt: Date.now() - 60_000 }));
    const run = must(await rotating.shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
    assert.is(run.stderr, '');
    assert.not.ok(await rotating.takes(old));
    assert.is((await rotating.record()).previous, undefined);
  });

  test("a store whose password is the second one does not discard somebody else's first", async () => {
    const server = await use(engine);
    const rotating = await Rotating.open(server, {
      prepare: ({ user }) => [
        `GRANT CREATE USER ON *.* TO '${user}'@'%'`,
        // MySQL shows the hash, by which the first is told from the second, to nobody else.
        ...(engine === 'mysql' ? [`GRANT SELECT ON mysql.* TO '${user}'@'%'`] : []),
      ],
    });
    const { user } = rotating.login;
    const ours = await rotating.current();
    const native = (password: string): string => `mysql_native_password USING PASSWORD('${password}')`;
    await asAdmin(
      server,
      engine === 'mysql'
        ? `ALTER USER '${user}'@'%' IDENTIFIED BY 'Somebody-Elses-9-Zz' RETAIN CURRENT PASSWORD`
        : `ALTER USER '${user}'@'%' IDENTIFIED VIA ${native('Somebody-Elses-9-Zz')} OR ${native(ours)}`,
    );
    const rotated = await rotating.rotate();
    assert.is(codeOf(rotated), 'RACED', rotated.output);
    assert.ok((await rotating.takes('Somebody-Elses-9-Zz')) && (await rotating.takes(ours)));
  });

  test.run();
}
