import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server as Listener } from 'node:net';
import { join } from 'node:path';
import type { Record } from '../../src/profiles/record.ts';
import { Secret } from '../../src/secret.ts';
import { codeOf, must, type Shop, stocked } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, freePort, type Login, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';

const next = 'the-Pending-password-2';

/** What another rotation of the same record on this machine would hold. */
async function holdLock(shop: Shop): Promise<Listener> {
  const place = join(shop.context().folders.data, 'credentials.age');
  const name = `${process.getuid?.()}\0rotate ${place} shop/dev`;
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
  const listener = createServer().listen(`\0dbcreds-${id}`);
  await once(listener, 'listening');
  return listener;
}

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`a rotation that was cut off, ${engine}`, { needs: [engine] });

  /** As the rotation leaves it: a pending password beside the current one. `done`: the server has the new one already. */
  async function cut(
    done: boolean,
    more: Partial<Record> = {},
  ): Promise<{ shop: Shop; login: Login; server: Server }> {
    const server = await use(engine);
    const { shop, login } = await stocked(server);
    await shop.alter('dev', (record) => ({
      ...record,
      pending: { password: new Secret(next), setAt: Date.now() },
      rotationId: 'r1',
      ...more,
    }));
    if (done) await change(server, login, next);
    return { shop, login, server };
  }

  async function change(server: Server, { user }: Login, password: string): Promise<void> {
    await asAdmin(
      server,
      engine === 'postgresql'
        ? `ALTER ROLE "${user}" PASSWORD '${password}'`
        : `ALTER USER '${user}'@'%' IDENTIFIED BY '${password}'`,
    );
  }

  const variable = engine === 'postgresql' ? 'PGPASSWORD' : 'MYSQL_PWD';
  const show = ['run', '-e', 'dev', '--', 'sh', '-c', `printf %s "$${variable}"`];

  /** What is stored, and that it is whole. */
  async function stored(shop: Shop): Promise<string> {
    let password = '';
    await shop.alter('dev', (record) => {
      assert.equal([record.pending, record.previous, record.rotationId], [undefined, undefined, undefined]);
      password = record.current.password.reveal();
      return record;
    });
    return password;
  }

  test('before the server changed: the change is made with the very same password', async () => {
    const { shop } = await cut(false);
    assert.is(must(await shop.dbcreds(show)).stdout, next);
    assert.is(await stored(shop), next);
    assert.match(must(await shop.dbcreds(['test', 'dev'])).stdout, /^logged in/);
  });

  test('without a store that can be written: the current one is used, and stays', async () => {
    const { shop, login } = await cut(false);
    const lock = await holdLock(shop);
    const run = must(await shop.dbcreds(show));
    await lock.close();
    assert.is(run.stdout, login.password);
    assert.match(run.stderr, /^dbcreds: warning: the rotation of dev could not be finished: .*\(LOCKED\)$/m);
    await shop.alter('dev', (record) => {
      assert.is(record.pending?.password.reveal(), next);
      return record;
    });
  });

  test('after the server changed: the pending one is used', async () => {
    const { shop } = await cut(true);
    assert.is(must(await shop.dbcreds(show)).stdout, next);
    assert.is(await stored(shop), next);
    assert.match(must(await shop.dbcreds(['test', 'dev'])).stdout, /^logged in/);
  });

  test('it shows until then', async () => {
    const { shop } = await cut(true);
    assert.match(must(await shop.dbcreds(['show', 'dev'])).stdout, /^rotation +a rotation was cut off$/m);
    assert.match(
      (await shop.dbcreds(['check'])).stdout,
      /a rotation was cut off; finish it: dbcreds rotate dev --finish/,
    );
    must(await shop.dbcreds(['test', 'dev']));
    assert.not.match(must(await shop.dbcreds(['show', 'dev'])).stdout, /rotation/);
  });

  test('the server took the change back: it is made again, from the previous one', async () => {
    const previous = { password: new Secret('the-Previous-password-0') };
    const { shop, login, server } = await cut(true, { previous });
    await change(server, login, 'the-Previous-password-0');
    assert.is(must(await shop.dbcreds(show)).stdout, next);
    assert.is(await stored(shop), next);
  });

  test('none of them holds: nothing is started, and nothing is changed', async () => {
    const { shop, login, server } = await cut(true);
    await change(server, login, 'somebody-Elses-password-9');
    const { code, stdout, stderr } = await shop.dbcreds(show);
    assert.equal([code, stdout, codeOf({ stderr })], [125, '', 'ROTATION_UNFINISHED']);
    assert.match(stderr, /the server accepts none of the stored passwords/);
    assert.match(stderr, /no stored password was thrown away\.\n\n {2}finish it: +dbcreds rotate dev\n/);
    await shop.alter('dev', (record) => {
      assert.equal(
        [record.current.password.reveal(), record.pending?.password.reveal()],
        [login.password, next],
      );
      return record;
    });
    assert.is((await shop.dbcreds(['test', 'dev'])).code, 1);
    // The way out: the one that holds.
    must(await shop.dbcreds(['add', 'dev', '--password-stdin'], { input: 'somebody-Elses-password-9' }));
    assert.is(must(await shop.dbcreds(show)).stdout, 'somebody-Elses-password-9');
  });

  test.run();
}

const test = suite('a rotation that was cut off', { needs: ['postgresql'] });

test('a server that cannot be asked: nothing is known, so nothing is started', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  shop.write({ dev: { url: `postgresql://${login.user}@localhost:${await freePort()}/d` } });
  must(await shop.dbcreds(['remove', 'dev', '--yes']));
  await shop.store('dev', login.password);
  await shop.alter('dev', (record) => ({ ...record, pending: { password: new Secret(next) } }));
  const { code, stdout, stderr } = await shop.dbcreds(['run', '-e', 'dev', '--', 'echo', 'ran']);
  assert.equal([code, stdout, codeOf({ stderr })], [125, '', 'ROTATION_UNFINISHED']);
  assert.match(stderr, /it is not known which one holds: the server refused the connection/);
});

test('one login a password, and none where nothing was cut off', async () => {
  const server = await use('postgresql', 'ip');
  const { shop, login } = await stocked(server);
  const failures = (): number =>
    readFileSync(server.log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`password authentication failed for user "${login.user}"`)).length;
  must(await shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
  await shop.alter('dev', (record) => ({ ...record, pending: { password: new Secret(next) } }));
  await asAdmin(server, `ALTER ROLE "${login.user}" PASSWORD 'somebody-Elses-password-9'`);
  const before = failures();
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--', 'true'])), 'ROTATION_UNFINISHED');
  await asAdmin(server, 'SELECT 1');
  assert.is(failures() - before, 2);
});

test('the age counts of the one that is used', async () => {
  const server = await use('postgresql');
  const { shop, login } = await stocked(server, { expires: '1d' });
  const fresh = { password: new Secret(next), setAt: Date.now(), expiresAt: Date.now() + 86_000_000 };
  await shop.alter('dev', (record) => ({ ...record, pending: { ...fresh, expiresAt: 2000, setAt: 1000 } }));
  await asAdmin(server, `ALTER ROLE "${login.user}" PASSWORD '${next}'`);
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--', 'true'])), 'EXPIRED');
  const another = { ...fresh, password: new Secret('the-Pending-password-3') };
  await shop.alter('dev', ({ current, ...record }) => ({
    ...record,
    current: { password: current.password, setAt: Date.now() },
    pending: another,
  }));
  await asAdmin(server, `ALTER ROLE "${login.user}" PASSWORD 'the-Pending-password-3'`);
  must(await shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
});

test.run();
