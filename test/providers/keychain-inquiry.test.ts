import { inquire } from '../../src/providers/keychain/inquiry.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain, type KeychainState } from '../services/keychain.ts';

const test = suite('providers/keychain: how it stands', { needs: ['secret-service'] });

const states: Readonly<Record<KeychainState, string>> = {
  unlocked: 'unlocked',
  locked: 'locked',
  asking: 'locked',
  empty: 'empty',
  idle: 'idle',
  absent: 'absent',
  silent: 'silent',
  mute: 'silent',
  none: 'unreachable',
};

for (const [state, expected] of Object.entries(states))
  test(`${state}: ${expected}`, async () => {
    const keychain = await Keychain.open(state as KeychainState);
    try {
      const ms = expected === 'silent' ? 500 : 4_000;
      assert.is(await inquire(keychain.env, ms), expected);
      // Nothing was unlocked or made by the asking.
      assert.is(await inquire(keychain.env, ms), expected);
    } finally {
      await keychain.close();
    }
  });

test('no address, and one that is no socket', async () => {
  assert.is(await inquire({}, 500), 'no address');
  assert.is(await inquire({ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=localhost,port=1' }, 500), 'unknown');
});

test.run();
