import { atEndOfTest } from '../helpers/cleanup.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { Front } from './campaign.ts';
import { randomFrom } from './random.ts';
import type { Where } from './subject.ts';
import { states, type Trial } from './trial.ts';

/** The long form of it is `npm run test:faults`. */
for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`rotations that are killed, ${engine}`, { needs: [engine, 'secret-service'] });

  /** Fails at the first trial that ends badly, with its story. */
  async function front(where: Where, trials: Trial[]): Promise<Front> {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const told = (trial: Trial): void => {
      trials.push(trial);
      assert.equal(trial.evil, [], `seed ${seed}\n${trial.story}`);
    };
    const keychain = await Keychain.open('unlocked');
    atEndOfTest(() => keychain.close());
    return Front.open({ server: await use(engine), where, keychain, random: randomFrom(seed), told }, 1);
  }

  const seen = (trials: readonly Trial[]): Set<string> => new Set(trials.map(({ state }) => state));

  test('the record is in a file: whatever the moment, one ordinary command ends well', async () => {
    const trials: Trial[] = [];
    const file = await front('file', trials);
    await file.atRandom(2);
    await file.atEachStep(1, 0, ['changing it on the server', 'logging in with the new password']);
    await file.twice('changing it on the server', 'run', 'storing it as the current one', 1);
    assert.ok(seen(trials).has(states[1]), 'none fell between the pending record and the change');
    assert.ok(seen(trials).has(states[2]), 'none fell between the change and its record');
  });

  test('the record is in the keychain: the same', async () => {
    const trials: Trial[] = [];
    const keychain = await front('keychain', trials);
    await keychain.atRandom(1);
    await keychain.atEachStep(1, 0, ['logging in with the new password', 'storing it as the current one']);
    assert.ok(seen(trials).has(states[2]), 'none fell between the change and its record');
  });

  test.run();
}
