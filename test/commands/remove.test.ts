import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('remove', { needs: ['pty', 'secret-service'] });

const url = 'postgresql://app@localhost:5432/shop';
const password = 'a-Secret-of-the-shop-1';

async function stored(): Promise<Shop> {
  const shop = await Shop.open({ dev: { url }, other: { url } });
  await shop.store('dev', password);
  await shop.store('other', password);
  return shop;
}

const state = async (shop: Shop, name: string): Promise<unknown> =>
  JSON.parse(must(await shop.dbcreds(['show', name, '--json'])).stdout).state;

test('asks for the name, and does nothing for any other answer', async () => {
  const shop = await stored();
  for (const answer of ['', 'y', 'yes', 'other', 'DEV']) {
    const remove = shop.terminal(['remove', 'dev']);
    await remove.expect(/^Delete the password of shop\/dev from .*credentials\.age\? Type dev: /);
    remove.answer(answer);
    assert.equal(await remove.end(), { code: 125, signal: null });
    assert.match(remove.output, /dbcreds: refused: nothing was deleted \(CONFIRM\)/);
  }
  assert.is(await state(shop, 'dev'), 'ok');
  const remove = shop.terminal(['remove', 'dev']);
  await remove.expect('Type dev: ');
  remove.answer('dev');
  assert.equal(await remove.end(), { code: 0, signal: null });
  assert.match(remove.output, /the password of shop\/dev is gone from .*; the server still accepts it/);
  assert.equal([await state(shop, 'dev'), await state(shop, 'other')], ['missing', 'ok']);
  assert.equal(Object.keys(shop.profiles()), ['dev', 'other']);
});

test('without a terminal it wants --yes', async () => {
  const shop = await stored();
  const refused = await shop.dbcreds(['remove', 'dev']);
  assert.is(codeOf(refused), 'NO_TERMINAL');
  assert.match(refused.stderr, /dbcreds remove dev --yes\n$/);
  must(await shop.dbcreds(['remove', 'dev', '--yes']));
  assert.is(await state(shop, 'dev'), 'missing');
  const again = must(await shop.dbcreds(['remove', 'dev', '--yes']));
  assert.match(again.stderr, /^dbcreds: no password of shop\/dev was stored in /);
});

test('what was allowed goes with it: the place has to be allowed anew', async () => {
  const shop = await stored();
  const trust = join(shop.context().folders.data, 'trust.json');
  assert.equal(Object.keys(JSON.parse(readFileSync(trust, 'utf8')).places), ['shop/dev', 'shop/other']);
  must(await shop.dbcreds(['remove', 'dev', '--yes']));
  assert.equal(Object.keys(JSON.parse(readFileSync(trust, 'utf8')).places), ['shop/other']);
});

test('--profile takes the definition too, and what the own file says of it', async () => {
  const shop = await Shop.open({ dev: { url, provider: undefined }, other: { url } });
  const add = ['add', 'dev', '--provider', 'file', '--password-stdin', '--no-test'];
  const added = must(await shop.dbcreds(add, { input: password }));
  assert.match(added.stderr, /shop\/dev is kept by the file provider from now on, as .*profiles\.json says/);
  const own = join(shop.context().folders.config, 'profiles.json');
  assert.equal(JSON.parse(readFileSync(own, 'utf8')).profiles, { 'shop/dev': { provider: 'file' } });
  const run = must(await shop.dbcreds(['run', '-e', 'dev', '--', 'sh', '-c', 'printf %s "$PGPASSWORD"']));
  assert.is(run.stdout, password);
  must(await shop.dbcreds(['remove', 'dev', '--profile', '--yes']));
  assert.equal(Object.keys(shop.profiles()), ['other']);
  assert.equal(JSON.parse(readFileSync(own, 'utf8')).profiles, {});
  assert.not.match(must(await shop.dbcreds(['list'])).stdout, /dev/);
});

test('an override that outlives its profile is no broken profile', async () => {
  const shop = await Shop.open({ other: { url } });
  shop.place.write(join(shop.context().folders.config, 'profiles.json'), {
    profiles: { 'shop/gone': { provider: 'file' } },
  });
  assert.is((await shop.dbcreds(['check'])).code, 0);
  assert.not.match(must(await shop.dbcreds(['list'])).stdout, /gone/);
});

test('a shared record stays with the one whose it is', async () => {
  const shop = await Shop.open({ one: { url }, two: { url, credential: 'one' } });
  await shop.store('one', password);
  const shared = must(await shop.dbcreds(['remove', 'two', '--yes']));
  assert.match(shared.stderr, /shop\/two shares the password of shop\/one, which stays/);
  assert.is(await state(shop, 'one'), 'ok');
  must(await shop.dbcreds(['remove', 'one', '--yes']));
  assert.is(await state(shop, 'two'), 'missing');
});

test('a record that cannot be understood is deleted too', async () => {
  const keychain = await Keychain.open('unlocked');
  try {
    const shop = await Shop.open({ dev: { url, provider: 'keychain' } }, keychain.env);
    await shop.store('dev', password);
    const item = ['service', 'dbcreds', 'username', 'shop/dev'];
    await keychain.secretTool(['clear', ...item]);
    await keychain.secretTool(['store', '--label=x', ...item], 'not JSON');
    assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--', 'true'])), 'RECORD_INVALID');
    must(await shop.dbcreds(['remove', 'dev', '--yes']));
    assert.is(await state(shop, 'dev'), 'missing');
  } finally {
    await keychain.close();
  }
});

test('--all, for someone who leaves: the keychain, the own file, and what was allowed', async () => {
  const keychain = await Keychain.open('unlocked');
  try {
    const shop = await Shop.open(
      { a: { url, provider: 'keychain' }, b: { url, provider: 'keychain' }, c: { url } },
      keychain.env,
    );
    for (const name of ['a', 'b', 'c']) await shop.store(name, password);
    assert.match((await shop.dbcreds(['remove', '--all'])).stderr, /dbcreds remove --all --yes\n$/);
    const all = shop.terminal(['remove', '--all']);
    const file = join(shop.context().folders.data, 'credentials.age');
    await all.expect(
      `Delete the stored passwords: 2 of the keychain (shop/a, shop/b), and those in ${file}? Type all: `,
    );
    all.answer('all');
    assert.equal(await all.end(), { code: 0, signal: null });
    assert.match(all.output, /have them changed, or your logins closed/);
    assert.not.ok(existsSync(file));
    for (const name of ['a', 'b', 'c']) assert.is(await state(shop, name), 'missing');
    const found = await keychain.secretTool(['search', '--all', 'service', 'dbcreds']).catch(() => '');
    assert.not.match(found, /shop\//);
    const trust = readFileSync(join(shop.context().folders.data, 'trust.json'), 'utf8');
    assert.equal(JSON.parse(trust).places, {});
    assert.match(must(await shop.dbcreds(['remove', '--all'])).stderr, /nothing of yours is stored/);
  } finally {
    await keychain.close();
  }
});

test('a name, or --all, or neither', async () => {
  const shop = await stored();
  for (const args of [['remove'], ['remove', 'dev', '--all', '--yes']])
    assert.is(codeOf(await shop.dbcreds(args)), 'USAGE');
  assert.is(await state(shop, 'dev'), 'ok');
});

test('a provider that is only read keeps what it has', async () => {
  const shop = await Shop.open({ dev: { url } }, { DBCREDS_DEV_PASSWORD: 'x' });
  assert.is(codeOf(await shop.dbcreds(['remove', 'dev', '--yes'])), 'READ_ONLY_PROVIDER');
});

test.run();
