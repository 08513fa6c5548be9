import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { loadBinary, openEntry } from '../../src/providers/keychain/binary.ts';
import { markName, namesFile, storedNames } from '../../src/providers/keychain/stored-names.ts';
import { Keychain as Provider } from '../../src/providers/keychain.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { contextIn, freshFolder, hooksWith, recordOf, refOf, refused } from './kit.ts';

const test = suite('the keychain provider', { needs: ['secret-service'] });

// libdbus reads the bus' address once in the life of a process: one session for all tests here, a name for each.
const state: { session?: Keychain } = {};
const session = (): Keychain => {
  if (!state.session) throw new Error('no session');
  return state.session;
};
test.before(async () => {
  state.session = await Keychain.open('unlocked');
  Object.assign(process.env, state.session.env);
});
test.after(() => state.session?.close());

const folder = freshFolder();
const context = (): ReturnType<typeof contextIn> => contextIn(folder, session().env);
const provider = (): Provider => new Provider(context(), hooksWith());
const item = (id: string): string[] => ['service', 'dbcreds', 'username', id];

test('stores one entry in the Secret Service, which the desktop sees', async () => {
  const ref = refOf({ id: 'shop/seen' });
  await provider().set(ref, recordOf('seen'), undefined);
  const text = await session().secretTool(['lookup', ...item('shop/seen')]);
  assert.match(text, /^\{"v":1,.*"password":"seen".*"revision":1\}$/);
  assert.is(provider().place, 'Secret Service');
});

test('lists names in a private file without secrets, as long as they are stored', async () => {
  const ref = refOf({ id: 'shop/listed' });
  await provider().set(ref, recordOf('hunter2'), undefined);
  assert.ok(storedNames(context()).includes('shop/listed'));
  assert.is(statSync(namesFile(context())).mode & 0o777, 0o600);
  assert.not.match(readFileSync(namesFile(context()), 'utf8'), 'hunter2');
  await provider().delete(ref, 1);
  assert.not.ok(storedNames(context()).includes('shop/listed'));
});

test('an entry that was stored and is not there is an error, which storing anew or deleting mends', async () => {
  const ref = refOf({ id: 'shop/gone' });
  const ways: [() => Promise<unknown>, string | undefined][] = [
    [() => provider().set(ref, recordOf('anew'), undefined), 'anew'],
    [() => provider().delete(ref, 1), undefined],
  ];
  for (const [mend, left] of ways) {
    await provider().set(ref, recordOf('old'), (await provider().get(ref))?.revision);
    await session().secretTool(['clear', ...item('shop/gone')]);
    const error = await refused(provider().get(ref));
    assert.is(error.code, 'KEYCHAIN_ENTRY_GONE');
    assert.equal(
      error.hints.map(([, command]) => command),
      ['dbcreds add gone', 'dbcreds remove gone'],
    );
    await mend();
    assert.is((await provider().get(ref))?.current.password.reveal(), left);
  }
});

test('a change that was cut off before or after its write leaves nothing that cannot be read', async () => {
  const ref = refOf({ id: 'shop/cut' });
  markName(context(), ref.id, 'storing');
  assert.is(await provider().get(ref), undefined);
  await provider().set(ref, recordOf('x'), undefined);
  markName(context(), ref.id, 'storing');
  assert.is((await provider().get(ref))?.current.password.reveal(), 'x');
  assert.ok(storedNames(context()).includes(ref.id));
  markName(context(), ref.id, 'removing');
  assert.is((await provider().get(ref))?.revision, 1);
  await session().secretTool(['clear', ...item(ref.id)]);
  assert.is(await provider().get(ref), undefined);
});

test('an entry of somebody else is not quoted, and can be deleted whatever the revision', async () => {
  const ref = refOf({ id: 'shop/foreign' });
  await session().secretTool(['store', '--label=x', ...item(ref.id)], 'hunter2');
  const error = await refused(provider().get(ref));
  assert.is(error.code, 'RECORD_INVALID');
  assert.not.match(inspect(error, { depth: 9 }), 'hunter2');
  assert.is(await provider().delete(ref, 0), true);
  assert.is(await provider().get(ref), undefined);
});

test('what another process cannot read back is not stored', async () => {
  // The other process is sent to a bus of its own, as from a session that ends with us.
  const elsewhere = await Keychain.open('unlocked');
  try {
    const split = new Provider(contextIn(folder, elsewhere.env), hooksWith());
    const error = await refused(split.set(refOf({ id: 'shop/split' }), recordOf('hunter2'), undefined));
    assert.is(error.code, 'READ_BACK');
    assert.not.match(inspect(error, { depth: 9 }), 'hunter2');
  } finally {
    await elsewhere.close();
  }
});

// At descriptor 1,024 the native library spins for ever.
test('many reads in one process keep few descriptors', async () => {
  const binary = loadBinary();
  for (let i = 0; i < 15; i += 1) await openEntry(binary, `shop/many${i}`).setPassword('x');
  const reader = provider();
  let most = 0;
  for (let i = 0; i < 500; i += 1) {
    await refused(reader.get(refOf({ id: `shop/many${i % 15}` })));
    const fd = openSync('/dev/null', 'r');
    closeSync(fd);
    most = Math.max(most, fd);
  }
  // A collection may come earlier by itself; without the forced one there would be 500.
  assert.ok(most < 160, `${most} descriptors`);
});

test('the first refusal counts for a whole command; the next command asks again', async () => {
  const ref = refOf({ id: 'shop/latch' });
  await provider().set(ref, recordOf('x'), undefined);
  await session().lock();
  const first = provider();
  const error = await refused(first.get(ref));
  assert.is(error.code, 'KEYCHAIN_LOCKED');
  await session().unlock();
  assert.is(await refused(first.get(refOf({ id: 'shop/other' }))), error);
  assert.is((await provider().get(ref))?.current.password.reveal(), 'x');
});

test.run();
