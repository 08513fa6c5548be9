import { must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Rotating } from '../rotate/rotating.ts';
import { Pooler } from '../services/pgbouncer.ts';
import { asAdmin } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('a rotation past what stands before the server', { needs: ['postgresql', 'pgbouncer'] });

test('PgBouncer is refused, and past it the rotation works and tells that its list does not know yet', async () => {
  const server = await use('postgresql');
  const behind = await Rotating.open(server);
  const pooler = await Pooler.open(server, { users: [behind.login] });
  const { user, database } = behind.login;
  const url = `postgresql://${user}@localhost:${pooler.port}/${database}`;
  const tls = { mode: 'verify-full', ca: 'ca.pem' };
  const again = async (more: object): Promise<void> => {
    behind.shop.write({ dev: { url, tls, ...more } });
    await behind.shop.program('rm', ['-rf', behind.shop.context().folders.data]);
    await behind.shop.store('dev', behind.login.password);
  };
  await again({});
  await behind.refuses('POOLED');
  await again({ rotation: { host: `localhost:${server.port}` } });
  const { stderr } = must(await behind.rotate());
  assert.match(stderr, /does not take it/);
  assert.ok(await behind.takes(await behind.current()));
});

test('a PgBouncer that asks the server is refused too, and knows of the new password at once', async () => {
  const server = await use('postgresql');
  const pooler = await Pooler.open(server, { auth: 'query' });
  const behind = await Rotating.open(server, { by: pooler.server });
  await behind.refuses('POOLED');
  const past = await Rotating.open(server, {
    by: pooler.server,
    more: { rotation: { host: `localhost:${server.port}` } },
  });
  const { stderr } = must(await past.rotate());
  assert.not.match(stderr, /warning/);
  assert.ok(await past.takes(await past.current()));
  must(await past.shop.dbcreds(['test', 'dev']));
});

const trusting = suite('a rotation where the server does not ask', { needs: ['postgresql'] });

trusting('is refused: no login could tell which password holds', async () => {
  const rotating = await Rotating.open(await use('postgresql', 'trust'));
  await rotating.refuses('NOT_ASKED');
});

for (const engine of ['mariadb', 'mysql'] as const) {
  const locked = suite(`a rotation on a server that takes no writes, ${engine}`, { needs: [engine] });

  locked('is refused', async () => {
    // Nothing but rotations writes there.
    const server = await use(engine, 'strict');
    const rotating = await Rotating.open(server, { login: { password: `Strict-${Date.now()}-Zz9!aA` } });
    await asAdmin(server, 'SET GLOBAL read_only = ON');
    try {
      await rotating.refuses('NOT_PRIMARY');
    } finally {
      await asAdmin(server, 'SET GLOBAL read_only = OFF');
    }
  });

  locked.run();
}

test.run();
trusting.run();
