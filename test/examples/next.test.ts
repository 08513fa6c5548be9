import { program } from '../helpers/program.ts';
import { type Shop, storePassword } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { freePort } from '../services/server.ts';
import { openExample } from './example.ts';
import { ask, giveModules, readmeCommands } from './framework.ts';

const test = suite('example: Next.js', { needs: ['postgresql', 'secret-service'] });

async function built(command: string): Promise<Shop> {
  const shop = await openExample('next');
  await giveModules(shop, 'next', 'copy');
  const { place, env } = shop;
  // Nobody is logged in, and no keychain is there.
  const quiet = { ...env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' };
  const done = await program('sh', ['-c', command], { place, env: quiet, timeout: 180_000 });
  assert.is(done.code, 0, done.output);
  return shop;
}

test('is built without a database, and answers out of one, as its README says', async () => {
  const [add, build = '', start = '', ...others] = readmeCommands('next');
  assert.is(add, 'dbcreds add dev');
  assert.equal(others, []);
  const [shop, keychain] = [await built(build), await Keychain.open('unlocked')];
  await storePassword(shop, 'dev', { ...shop.env, ...keychain.env });
  const env = { ...keychain.env, NEXT_TELEMETRY_DISABLED: '1' };
  const { answer, output } = await ask(shop, start, { env, port: await freePort() });
  assert.match(answer, `The database sees ${shop.logins.dev?.user}.`);
  for (const text of [answer, output]) assert.not.match(text, shop.logins.dev?.password ?? '-');
  await keychain.close();
});

test.run();
