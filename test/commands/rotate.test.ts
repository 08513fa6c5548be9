import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../src/secret.ts';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, stocked } from './kit.ts';
import { accepts, Door, heard, passwordsOf, recordOf, safeOf } from './rotation.ts';

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`rotate, ${engine}`, { needs: [engine] });
  const rotate = ['rotate', 'dev', '--sole-holder'];

  test('a new password on the server and here, and no secret in what is said and kept', async () => {
    const server = await use(engine);
    const { shop, login } = await stocked(server, { expires: '30d' });
    const before = Date.now();
    const result = must(await shop.dbcreds(rotate));
    const record = await recordOf(shop);
    const password = record.current.password.reveal();
    assert.is(result.stdout, '');
    assert.match(result.stderr, /rotated: the new password holds/);
    assert.match(password, /^[A-Za-z][A-Za-z0-9_-]{31}$/);
    assert.equal(
      [await accepts(server, login, password), await accepts(server, login, login.password)],
      [true, false],
    );
    assert.equal(await passwordsOf(shop), [password]);
    assert.is(record.rotationId, undefined);
    const days = ((record.current.expiresAt ?? 0) - before) / 86_400_000;
    assert.ok(days > 29.9 && days < 30.1, String(days));
    for (const secret of [password, login.password]) {
      assert.equal(findSecret(result.output, secret), []);
      assert.equal(searchFolders([shop.place.folder], secret), []);
    }
    // The old one stands there: whoever made the account sent it as it is.
    assert.equal(findSecret(readFileSync(server.log), password), []);
    assert.equal(
      shop
        .log()
        .slice(-2)
        .map(({ event, outcome, profile }) => [event, outcome, profile]),
      [
        ['rotate', 'begun', 'shop/dev'],
        ['rotate', 'done', 'shop/dev'],
      ],
    );
    must(await shop.dbcreds(['test', 'dev']));
  });

  test('--dry-run shows the plan without a hash, and changes nothing', async () => {
    const server = await use(engine);
    const { shop, login } = await stocked(server);
    const [safe, log] = [readFileSync(safeOf(shop)), shop.log().length];
    const { stdout } = must(await shop.dbcreds([...rotate, '--dry-run']));
    const statement = {
      postgresql: "ALTER ROLE SESSION_USER PASSWORD 'SCRAM-SHA-256$4096:...'",
      mariadb: "SET PASSWORD = '*...'",
      mysql: "ALTER USER USER() IDENTIFIED BY '...' REPLACE '...'",
    }[engine];
    assert.ok(stdout.includes(statement), stdout);
    assert.match(stdout, /^ 1\. log in as app_\w+\n 2\. store a new password as pending in .*\n/);
    assert.not.match(stdout, /\*[0-9A-F]{40}|\$A\$005|SCRAM-SHA-256\$4096:[^.]/);
    assert.equal(findSecret(stdout, login.password), []);
    const json = JSON.parse(must(await shop.dbcreds([...rotate, '--dry-run', '--json'])).stdout);
    assert.ok(json.plan.some((line: string) => line.includes(statement)));
    assert.ok(safe.equals(readFileSync(safeOf(shop))));
    assert.is(shop.log().length, log);
    assert.ok(await accepts(server, login, login.password));
  });

  test('--finish begins nothing, and says so', async () => {
    const server = await use(engine);
    const { shop, login } = await stocked(server);
    const safe = readFileSync(safeOf(shop));
    assert.match(
      must(await shop.dbcreds(['rotate', 'dev', '--finish'])).stderr,
      /nothing was left to finish/,
    );
    assert.ok(safe.equals(readFileSync(safeOf(shop))));
    assert.ok(await accepts(server, login, login.password));
  });

  test('--finish and a plain rotate both finish what was begun, with the password that it began with', async () => {
    const server = await use(engine);
    for (const args of [
      ['rotate', 'dev', '--finish'],
      ['rotate', 'dev'],
    ]) {
      const { shop, login } = await stocked(server);
      const pending = { password: new Secret('Kq2-vNf8sWx4Lb7mRt0ZpCyH'), setAt: Date.now() };
      await shop.alter('dev', (record) => ({ ...record, pending }));
      const { stdout } = must(await shop.dbcreds([...args, '--json']));
      assert.is(JSON.parse(stdout).outcome, 'finished');
      assert.equal(await passwordsOf(shop), [pending.password.reveal()]);
      assert.ok(await accepts(server, login, pending.password.reveal()));
    }
  });

  test('--json tells what became of it, and no secret', async () => {
    const { shop } = await stocked(await use(engine), { expires: '7d' });
    const { stdout } = must(await shop.dbcreds([...rotate, '--json']));
    const { setAt, expiresAt, ...rest } = JSON.parse(stdout);
    assert.equal(rest, { profile: 'shop/dev', outcome: 'rotated' });
    assert.is(Date.parse(expiresAt) - Date.parse(setAt), 7 * 86_400_000);
    assert.equal(findSecret(stdout, (await passwordsOf(shop))[0] ?? ''), []);
  });

  test('a stored password that does not hold: nothing is changed, one login, and the line in the log', async () => {
    const server = await use(engine);
    const { shop, login } = await stocked(server);
    await shop.store('dev', 'wrong-Password-0q9w8e7r');
    const safe = readFileSync(safeOf(shop));
    const refused = engine === 'postgresql' ? 'password authentication failed' : 'Access denied';
    const before = heard(server, login.user);
    const result = await shop.dbcreds(rotate);
    assert.equal([result.code, codeOf(result)], [125, 'WRONG_PASSWORD']);
    assert.ok(safe.equals(readFileSync(safeOf(shop))));
    assert.ok(await accepts(server, login, login.password));
    assert.ok(heard(server, login.user) > before);
    assert.ok(heard(server, refused) >= 1);
    const { outcome, code } = shop.log().at(-1) ?? {};
    assert.equal([outcome, code], ['failed', 'WRONG_PASSWORD']);
  });

  test.run();
}

const test = suite('rotate: how it is called', {});

test('what goes together and what does not', async () => {
  const door = await Door.open();
  const shop = await Shop.open({ dev: { url: door.url() } });
  await shop.store('dev', 'zX7-kQ2mVn9Lb4TwRy8PcDfG');
  for (const args of [
    ['dev', '--dry-run', '--finish'],
    ['dev', '--all'],
    ['--all', '--env', 'dev'],
    ['dev', '--due', '14d'],
    ['--all', '--due', 'soon'],
    ['dev', '--sole-holder', '--grace', 'long'],
    ['dev', '--sole-holder', '--valid-until', '2027'],
    ['dev', 'other'],
  ]) {
    const result = await shop.dbcreds(['rotate', ...args]);
    assert.equal([result.code, codeOf(result)], [125, 'USAGE'], args.join(' '));
  }
  assert.is(door.knocks, 0);
});

test('a store that cannot be written or may forget: refused, and nothing is dialled', async () => {
  const door = await Door.open();
  const url = door.url();
  const env = { DBCREDS_DEV_PASSWORD: 'zX7-kQ2mVn9Lb4TwRy8PcDfG', DBCREDS_DEV_TARGET: url };
  const bare = await Shop.open({ dev: { url, provider: undefined } });
  const fromEnv = await bare.dbcreds(['rotate', 'dev', '--sole-holder'], { env });
  assert.is(codeOf(fromEnv), 'READ_ONLY_PROVIDER', fromEnv.output);

  const dotenv = await Shop.open({ dev: { url, provider: 'dotenv' } });
  dotenv.place.write('.env', `DATABASE_URL=${url.replace('@', ':zX7-kQ2mVn9Lb4TwRy8PcDfG@')}`, 0o600);
  const fromFile = await dotenv.dbcreds(['rotate', 'dev', '--sole-holder']);
  assert.is(codeOf(fromFile), 'READ_ONLY_PROVIDER', fromFile.output);

  const tracked = await Shop.open({ dev: { url, file: { path: 'secrets.age' } } });
  must(await tracked.program('git', ['init', '-q']));
  await tracked.store('dev', 'zX7-kQ2mVn9Lb4TwRy8PcDfG');
  const safe = join(tracked.place.cwd, 'secrets.age');
  const before = readFileSync(safe);
  const inTree = await tracked.dbcreds(['rotate', 'dev', '--sole-holder']);
  assert.is(codeOf(inTree), 'NOT_DURABLE', inTree.output);
  assert.ok(before.equals(readFileSync(safe)));
  assert.is(door.knocks, 0);
});

test('nothing stored, and no such profile', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost:1/shop' } });
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'NO_CREDENTIAL');
  assert.is(codeOf(await shop.dbcreds(['rotate', 'none'])), 'NO_PROFILE');
});

test.run();
