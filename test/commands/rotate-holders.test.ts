import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { codeOf, must, Shop, type Written } from './kit.ts';
import { Door, recordOf, writeOwn } from './rotation.ts';

const test = suite('rotate: who else holds it', { needs: ['secret-service', 'pty'] });

const password = 'g8Qw-hT2xLmB0vRz5KpYc7Ns';

interface Wish {
  readonly dev?: Written;
  readonly others?: (door: Door) => { readonly [name: string]: Written };
  readonly own?: { readonly [id: string]: Written };
  readonly args?: readonly string[];
}

/** A shop whose server only counts who knocks, with every profile's password stored that needs one. */
async function shopWith({ dev = {}, others, own }: Wish): Promise<{ shop: Shop; door: Door }> {
  const door = await Door.open();
  const profiles = { dev: { url: door.url(), ...dev }, ...others?.(door) };
  const shop = await Shop.open(profiles);
  if (own) writeOwn(shop, own);
  for (const [name, profile] of Object.entries(profiles))
    if (!('credential' in profile)) await shop.store(name, password);
  return { shop, door };
}

async function refused(wish: Wish, why: RegExp): Promise<string> {
  const { shop, door } = await shopWith(wish);
  const result = await shop.dbcreds(['rotate', 'dev', ...(wish.args ?? [])]);
  assert.is(codeOf(result), 'SHARED_SECRET', result.output);
  assert.is(result.code, 125);
  assert.is(door.knocks, 0);
  assert.match(result.stderr, why);
  assert.match(result.stderr, 'Nothing was changed.');
  assert.is(await passwordStored(shop), password);
  return result.stderr;
}

const passwordStored = async (shop: Shop): Promise<string> =>
  (await recordOf(shop)).current.password.reveal();

/** It goes on to the server, where the door is shut. */
async function passes(wish: Wish): Promise<void> {
  const { shop, door } = await shopWith(wish);
  const result = await shop.dbcreds(['rotate', 'dev', ...(wish.args ?? [])]);
  assert.is.not(codeOf(result), 'SHARED_SECRET', result.output);
  assert.ok(door.knocks > 0, result.output);
}

test("a user that the project names, in a file of one's own: refused, with the ways on", async () => {
  const text = await refused({}, /its user, shop_app, is everybody's who has this project/);
  for (const way of [
    'dbcreds rotate dev --sole-holder',
    '"soleHolder": true of "shop/dev" in your profiles.json',
    '"rotation": { "push": [["COMMAND", "..."]] } of "shop/dev" in your profiles.json',
    '"rotation": { "roles": ["...", "..."] } in the project file',
    '"user": "..." of "shop/dev" in your profiles.json',
  ])
    assert.ok(text.includes(way), way);
});

test('the same in the keychain, and before production is asked about', async () => {
  const door = await Door.open();
  const keychain = await Keychain.open('unlocked');
  const shop = await Shop.open(
    { prod: { url: door.url(), provider: 'keychain', production: true, tls: { mode: 'verify-full' } } },
    keychain.env,
  );
  await shop.store('prod', password);
  const screen = shop.terminal(['rotate', 'prod']);
  assert.is((await screen.end()).code, 125);
  assert.match(screen.output, '(SHARED_SECRET)');
  assert.not.match(screen.output, 'Type its name');
  assert.is(door.knocks, 0);
  await keychain.close();
});

test('every way on leads on', async () => {
  await passes({ args: ['--sole-holder'] });
  await passes({ own: { 'shop/dev': { soleHolder: true } } });
  await passes({ own: { 'shop/dev': { rotation: { push: [['true']] } } } });
  await passes({ own: { 'shop/dev': { user: 'me_myself' } } });
});

test('users that take turns: the first turn of the second needs an admin, and no leave', async () => {
  const { shop } = await shopWith({ dev: { rotation: { roles: ['shop_app', 'shop_b'] } } });
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'NEEDS_ADMIN');
});

test("a profile of the user's own file is the user's", async () => {
  const door = await Door.open();
  const shop = await Shop.open();
  writeOwn(shop, { mine: { url: door.url(), provider: 'file' } });
  await shop.store('mine', password);
  assert.is.not(codeOf(await shop.dbcreds(['rotate', 'mine'])), 'SHARED_SECRET');
  assert.ok(door.knocks > 0);
});

test('a file that a team shares holds it for all', async () => {
  const { shop, door } = await shopWith({ dev: { file: { path: '../team.age' } } });
  assert.is.not(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'SHARED_SECRET');
  assert.ok(door.knocks > 0);
});

test('what a project file cannot say for everybody', async () => {
  const { shop, door } = await shopWith({});
  for (const entry of [{ soleHolder: true }, { rotation: { push: [['sh', '-c', 'cat > /tmp/x']] } }]) {
    shop.write({ dev: { url: door.url(), ...entry } });
    const result = await shop.dbcreds(['rotate', 'dev']);
    assert.is(codeOf(result), 'BAD_PROFILE', result.output);
  }
  assert.is(door.knocks, 0);
});

test('a record that opens another server too', async () => {
  const { shop, door } = await shopWith({});
  await shop.alter('dev', (record) => ({
    ...record,
    targets: [...record.targets, `postgresql://shop_app@elsewhere.example:5432/shop`],
  }));
  const result = await shop.dbcreds(['rotate', 'dev', '--sole-holder']);
  assert.is(codeOf(result), 'SHARED_SECRET');
  assert.match(result.stderr, 'its record also opens postgresql://shop_app@elsewhere.example:5432/shop');
  assert.is(door.knocks, 0);
});

const withTwin = (twin: (door: Door) => Written) => (door: Door) => ({ twin: twin(door) });

test('a twin with a password of its own would be left with the old one', async () => {
  const args = ['--sole-holder'];
  const why = /shop\/twin logs in as the same user, with a stored password of its own/;
  const text = await refused(
    { args, others: withTwin((door) => ({ url: door.url('shop_app', 'other') })) },
    why,
  );
  assert.match(text, /"credential": "dev" of twin in .*dbcreds\.json/);
  // By way of a pooler.
  await refused(
    {
      args,
      others: withTwin((door) => ({
        url: 'postgresql://shop_app@pool.example:6432/shop',
        rotation: { host: `localhost:${door.port}` },
      })),
    },
    why,
  );
  await refused(
    {
      args,
      dev: { rotation: { roles: ['shop_app', 'shop_b'] } },
      others: withTwin((door) => ({ url: door.url('shop_b') })),
    },
    why,
  );
  // The login of a pooler, and the role behind it.
  await refused(
    {
      args,
      others: withTwin((door) => ({ url: door.url('shop_app.tenant'), serverUser: 'shop_app' })),
    },
    why,
  );
});

test('another user, another server, and one that shares the record are no twins', async () => {
  const args = ['--sole-holder'];
  await passes({ args, others: withTwin((door) => ({ url: door.url('other') })) });
  await passes({ args, others: withTwin(() => ({ url: 'postgresql://shop_app@elsewhere.example/shop' })) });
  await passes({ args, others: withTwin((door) => ({ url: door.url('shop_app', 'x'), credential: 'dev' })) });
});

test("a pooler's profile and that of the server behind it share a record, and either rotates it", async () => {
  const door = await Door.open();
  const pooled = `postgresql://shop_app@pool.example:6432/shop`;
  const shop = await Shop.open({
    dev: { url: door.url() },
    pool: { url: pooled, rotation: { host: `localhost:${door.port}` }, credential: 'dev' },
  });
  await shop.store('dev', password);
  await shop.alter('dev', (record) => ({ ...record, targets: [...record.targets, pooled] }));
  assert.is.not(codeOf(await shop.dbcreds(['rotate', 'dev', '--sole-holder'])), 'SHARED_SECRET');
  assert.ok(door.knocks > 0);
  // From the pool's side it is another place to be allowed first.
  const other = await shop.dbcreds(['rotate', 'pool', '--sole-holder']);
  assert.is.not(codeOf(other), 'SHARED_SECRET', other.output);
});

test('what was begun is finished whoever else holds it; an old grace gives no leave for a new rotation', async () => {
  const { shop, door } = await shopWith({});
  const slot = { password: new Secret('p3nd1ng-Zx81mQo7TgWd') };
  await shop.alter('dev', (record) => ({ ...record, previous: slot, discardAt: Date.now() - 60_000 }));
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'SHARED_SECRET');
  assert.is(door.knocks, 0);
  await shop.alter('dev', ({ discardAt: _, previous: __, ...record }) => ({ ...record, pending: slot }));
  assert.is.not(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'SHARED_SECRET');
  assert.ok(door.knocks > 0);
});

test('a refusal is logged by its code, and a dry run is refused alike', async () => {
  const { shop, door } = await shopWith({});
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev', '--dry-run'])), 'SHARED_SECRET');
  const before = shop.log().length;
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'SHARED_SECRET');
  const lines = shop.log().slice(before);
  assert.equal(
    lines.map(({ event, outcome, code, profile }) => ({ event, outcome, code, profile })),
    [{ event: 'rotate', outcome: 'refused', code: 'SHARED_SECRET', profile: 'shop/dev' }],
  );
  assert.is(door.knocks, 0);
  must(await shop.dbcreds(['log']));
});

test.run();
