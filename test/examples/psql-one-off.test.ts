import { program } from '../helpers/program.ts';
import { secretUrl, storePassword } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { followReadme, openExample } from './example.ts';

const test = suite('example: psql one-offs', { needs: ['postgresql', 'secret-service', 'pty'] });

test('its README holds: sessions, pipes, files, production, read-only', async () => {
  const [shop, keychain] = [await openExample('psql-one-off'), await Keychain.open('unlocked')];
  const { place, env } = shop;
  const made = await program('psql', [secretUrl(shop, 'prod'), '-f', 'schema.sql'], { place, env });
  assert.is(made.code, 0);
  // The reader has run something in production before; for dev the first run asks.
  await storePassword(shop, 'prod', { ...env, ...keychain.env });
  await followReadme('psql-one-off', shop, { env: keychain.env });
  await keychain.close();
});

test.run();
