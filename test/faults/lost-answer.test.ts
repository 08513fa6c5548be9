import { Secret } from '../../src/secret.ts';
import { must } from '../commands/kit.ts';
import { TcpProxy } from '../helpers/proxy.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Rotating } from '../rotate/rotating.ts';
import { use } from '../services/use.ts';

const next = 'the-Pending-password-2-of-a-rotation';

/** The statement behind which the new password holds. */
const change = {
  postgresql: /^COMMIT/,
  mariadb: /^SET PASSWORD/,
  mysql: /^ALTER USER USER\(\) IDENTIFIED/,
};

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`the answer to the change is lost, ${engine}`, { needs: [engine] });

  test('a run that resumes a rotation goes on with the password that holds since', async () => {
    const [server, { right }] = await Promise.all([use(engine), use('certificates')]);
    const plan = [{ statement: change[engine], act: 'loseAnswer' } as const];
    const proxy = await TcpProxy.open({ to: server, tls: right, plan });
    const { shop } = await Rotating.open(server, { by: proxy.server });
    await shop.alter('dev', (record) => ({
      ...record,
      pending: { password: new Secret(next) },
      rotationId: 'r1',
    }));
    const variable = engine === 'postgresql' ? 'PGPASSWORD' : 'MYSQL_PWD';
    const run = must(await shop.dbcreds(['run', '-e', 'dev', '--', 'sh', '-c', `printf %s "$${variable}"`]));
    assert.is(proxy.fired.length, 1);
    assert.match(run.stderr, /^dbcreds: warning: the rotation of dev could not be finished: /);
    assert.is(run.stdout, next);
    assert.match(must(await shop.dbcreds(['rotate', 'dev', '--finish'])).stderr, /finished/);
    assert.match(
      must(await shop.dbcreds(['rotate', 'dev', '--finish'])).stderr,
      /nothing was left to finish/,
    );
  });

  test.run();
}
