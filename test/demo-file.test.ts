import { assertGood, demo } from './demo.ts';
import { assert, suite } from './helpers/suite.ts';

const test = suite('npm run demo without a keychain', { needs: ['postgresql', 'pty'] });

test('keeps the passwords in an encrypted file where there is no keychain', async () => {
  const shown = await demo(['--provider', 'file']);
  assertGood(shown);
  assert.match(shown.stdout, /kept in a file encrypted with age/);
});

test('puts everything away on Ctrl-C', async () => {
  const { code, output, left } = await demo(['--provider', 'file'], {
    begun: (pid) => process.kill(pid, 'SIGINT'),
  });
  assert.is(code, 130, output);
  assert.match(output, 'Stopped; everything is put away.');
  assert.equal(left, []);
});

test.run();
