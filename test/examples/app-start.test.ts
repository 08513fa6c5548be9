import { program } from '../helpers/program.ts';
import { storePassword } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { followReadme, openExample } from './example.ts';

const test = suite('example: app start', { needs: ['postgresql', 'secret-service', 'pty'] });

test('its README holds', async () => {
  const [shop, keychain] = [await openExample('app-start'), await Keychain.open('unlocked')];
  await followReadme('app-start', shop, { env: keychain.env });
  await keychain.close();
});

test('npm start runs the app, and nothing else', async () => {
  const [shop, keychain] = [await openExample('app-start'), await Keychain.open('unlocked')];
  const env = { ...shop.env, ...keychain.env };
  await storePassword(shop, 'dev', env);
  const { stdout, stderr, code } = await program('npm', ['--silent', 'start'], { place: shop.place, env });
  const login = shop.logins.dev;
  assert.match(
    stdout,
    new RegExp(`^connected as ${login?.user} with TLSv1\\.[23], certificate verified\\n$`),
  );
  assert.is(stderr, '');
  assert.is(code, 0);
  await keychain.close();
});

test.run();
