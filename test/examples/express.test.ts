import { storePassword } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { freePort } from '../services/server.ts';
import { openExample } from './example.ts';
import { ask, giveModules, readmeCommands } from './framework.ts';

const test = suite('example: Express', { needs: ['postgresql', 'secret-service'] });

test('answers out of the database, as its README says', async () => {
  const [add, start = '', ...others] = readmeCommands('express');
  assert.is(add, 'dbcreds add dev');
  assert.equal(others, []);
  const [shop, keychain] = [await openExample('express'), await Keychain.open('unlocked')];
  await giveModules(shop, 'express', 'link');
  await storePassword(shop, 'dev', { ...shop.env, ...keychain.env });
  const { answer, output } = await ask(shop, start, { env: keychain.env, port: await freePort() });
  assert.equal(JSON.parse(answer), { user: shop.logins.dev?.user });
  assert.not.match(output, shop.logins.dev?.password ?? '-');
  await keychain.close();
});

test.run();
