import { assert, suite } from '../helpers/suite.ts';
import { Keychain, type KeychainState } from './keychain.ts';

const test = suite('the Secret Service', { needs: ['secret-service'] });

const item = ['service', 'dbcreds-test', 'username', 'prod'];
const store = ['store', '--label=prod', ...item];

async function within<T>(state: KeychainState, act: (keychain: Keychain) => Promise<T>): Promise<T> {
  const keychain = await Keychain.open(state);
  try {
    return await act(keychain);
  } finally {
    await keychain.close();
  }
}

test('unlocked: keeps a secret', () =>
  within('unlocked', async (keychain) => {
    await keychain.secretTool(store, 'kept');
    assert.is(await keychain.secretTool(['lookup', ...item]), 'kept');
  }));

test('locked: cannot be written, and what was there comes back with the lock open', () =>
  within('unlocked', async (keychain) => {
    await keychain.secretTool(store, 'kept');
    await keychain.lock();
    await assert.rejects(keychain.secretTool(store, 'other'), /secret-tool/);
    await keychain.unlock();
    assert.is(await keychain.secretTool(['lookup', ...item]), 'kept');
  }));

test('asking: what needs no prompt is answered', () =>
  within('asking', async (keychain) => {
    await assert.rejects(keychain.secretTool(['lookup', ...item]), /failed \(1\)/);
  }));

test('the bus goes away and comes back', () =>
  within('unlocked', async (keychain) => {
    await keychain.secretTool(store, 'kept');
    await keychain.stopBus();
    await assert.rejects(keychain.secretTool(['lookup', ...item]), /connect/);
    await keychain.startAgain();
    assert.is(await keychain.secretTool(['lookup', ...item]), 'kept');
  }));

const refusals: [KeychainState, RegExp][] = [
  ['locked', /./],
  ['empty', /./],
  ['absent', /not provided by any \.service files/],
  ['none', /No such file or directory/],
];

for (const [state, why] of refusals) {
  test(`${state}: refuses`, () =>
    within(state, async (keychain) => {
      const error = await assert.rejects(keychain.secretTool(store, 'x'), why);
      process.stdout.write(`${state}: ${error.message}\n`);
    }));
}

for (const state of ['mute', 'silent', 'asking'] as const) {
  test(`${state}: never answers`, () =>
    within(state, async (keychain) => {
      const answer = keychain.secretTool(store, 'x').then(
        () => 'stored',
        (error: Error) => error.message,
      );
      const late = new Promise((resolve) => setTimeout(resolve, 1500, 'no answer'));
      assert.is(await Promise.race([answer, late]), 'no answer');
    }));
}

test.run();
