import { suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { followReadme, openExample } from './example.ts';

const test = suite('example: npm scripts', { needs: ['postgresql', 'secret-service', 'pty'] });

test('its README holds: start, migrate, DBCREDS_ENV, a run inside a run', async () => {
  const [shop, keychain] = [await openExample('npm-scripts'), await Keychain.open('unlocked')];
  await followReadme('npm-scripts', shop, { env: keychain.env });
  await keychain.close();
});

test.run();
