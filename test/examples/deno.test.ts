import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { followReadme, openExample } from './example.ts';

const test = suite('example: Deno', { needs: ['postgresql', 'secret-service', 'pty', 'deno'] });

test('its README holds: by hand and as a task', async () => {
  const [shop, keychain] = [await openExample('deno'), await Keychain.open('unlocked')];
  symlinkSync((await use('host', 'deno')).file, join(shop.place.home, 'bin/deno'));
  // For Deno's own packages, of which pg is at hand already.
  shop.place.write('package.json', { dependencies: { pg: '*' } });
  const env = { ...keychain.env, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
  await followReadme('deno', shop, { env });
  await keychain.close();
});

test.run();
