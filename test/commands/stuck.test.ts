import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { codeOf, Shop } from './kit.ts';

const test = suite('a keychain whose window nobody answers', {
  needs: ['secret-service', 'node20', 'node24'],
});

/** Two stored passwords in a collection that is locked, and a prompt to open it that stays up for ever. */
async function asking(): Promise<{ shop: Shop; keychain: Keychain }> {
  const keychain = await Keychain.open('asking');
  await keychain.unlock();
  const url = 'postgresql://app@localhost:5432/shop';
  const entry = { url, provider: 'keychain' };
  const shop = await Shop.open({ one: entry, two: entry }, keychain.env);
  for (const name of ['one', 'two']) await shop.store(name, 'a-Secret-of-the-shop-1');
  await keychain.lock();
  return { shop, keychain };
}

for (const major of ['20', '24']) {
  test(`Node ${major}: commands say so and end, though the call never returns`, async () => {
    const { file: node } = await use('node', major);
    const { shop, keychain } = await asking();
    try {
      for (const command of [
        ['list'],
        ['check'],
        ['show', 'one'],
        ['test', 'one'],
        ['run', '-e', 'one', '--', 'true'],
      ]) {
        const result = await shop.program(node, [cli, ...command], { timeout: 60_000 });
        // Before Node 22.15 only SIGKILL ends such a process.
        const status = major === '20' ? null : command[0] === 'list' ? 0 : 125;
        assert.equal(
          [result.code, result.signal],
          [status, major === '20' ? 'SIGKILL' : null],
          command.join(' '),
        );
        assert.match(result.stderr, /^dbcreds: waiting for the keychain\n/);
        if (command[0] === 'list' || command[0] === 'check') {
          // The first refusal counts for the second: nobody waits twice.
          assert.is(result.stdout.match(/the keychain does not answer/g)?.length, 2, result.output);
          assert.is(result.stderr.match(/waiting/g)?.length, 1);
        } else assert.is(codeOf(result), 'KEYCHAIN_SILENT');
      }
    } finally {
      await keychain.close();
    }
  });
}

test.run();
