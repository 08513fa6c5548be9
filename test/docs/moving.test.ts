import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../commands/kit.ts';
import { blocksOf, commandsOf, type Shown } from '../helpers/document.ts';
import { follow } from '../helpers/follow.ts';
import { searchFolders } from '../helpers/leak.ts';
import { program } from '../helpers/program.ts';
import { openShop, type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';

const test = suite('pages that tell how to move over', {
  needs: ['postgresql', 'secret-service', 'pty', 'age', 'dotenvx'],
});

/** Every command of a page's blocks. */
function shownOn(page: string): Shown[] {
  const blocks = blocksOf(readFileSync(join(project, 'docs', page), 'utf8'));
  return blocks.filter(({ lang }) => /^(sh|console)$/.test(lang)).flatMap(commandsOf);
}

/** The README's project, and no profile in it yet. */
async function empty(): Promise<Shop> {
  const profiles = {
    dev: { url: 'postgresql://shop@localhost:5432/shop_dev' },
    prod: { url: 'postgresql://shop_app@db.company.com:5432/shop' },
  };
  const shop = await openShop({ project: 'shop', profiles }, await use('postgresql'));
  shop.place.write('dbcreds.json', { project: 'shop', profiles: {} });
  const app = readFileSync(join(project, 'examples/app-start/app.js'), 'utf8');
  shop.place.write('app.js', app);
  shop.place.write('package.json', { type: 'module', private: true, scripts: { start: 'node app.js' } });
  return shop;
}

const urlOf = (shop: Shop, name: string): string =>
  `${secretUrl(shop, name)}?sslrootcert=certs/company-ca.pem`;

/** Takes what is proposed. */
const answers = [{ question: /\(- leaves it out\) \[[\w-]+\]: /, reply: () => '' }];

test('coming-from-env.md: every command does what it shows', async () => {
  const keychain = await Keychain.open('unlocked');
  const shop = await empty();
  const url = urlOf(shop, 'dev');
  shop.place.write('.env', `A=1\nDATABASE_URL=${url}\nDIRECT_URL=${url}\n`);
  shop.place.write('.env.production', `DATABASE_URL=${urlOf(shop, 'prod')}\n`);
  const problems = await follow(shop, shownOn('coming-from-env.md'), { env: keychain.env, answers });
  assert.is(problems.join('\n'), '');
  assert.is(readFileSync(join(shop.place.cwd, '.env'), 'utf8'), 'A=1\n');
  await keychain.close();
});

test('coming-from-dotenvx.md: every command does what it shows, and nothing decrypted is on disk', async () => {
  const keychain = await Keychain.open('unlocked');
  const shop = await empty();
  const { file } = await use('host', 'dotenvx');
  symlinkSync(file, join(shop.place.home, 'bin/dotenvx'));
  const options = { place: shop.place, env: shop.env };
  for (const [name, path] of [
    ['dev', '.env'],
    ['prod', '.env.production'],
  ] as const) {
    must(await program('dotenvx', ['set', 'DATABASE_URL', urlOf(shop, name), '-f', path], options));
    assert.match(readFileSync(join(shop.place.cwd, path), 'utf8'), /DATABASE_URL="encrypted:/);
  }
  // Its spinner ends without a line end.
  const fill = (text: string): string => text.replace('--stdout |', '--stdout 2>/dev/null |');
  const env = { ...keychain.env };
  const problems = await follow(shop, shownOn('coming-from-dotenvx.md'), { env, fill, answers });
  assert.is(problems.join('\n'), '');
  for (const { password } of Object.values(shop.logins))
    assert.equal(searchFolders([shop.place.folder], password), []);
  await keychain.close();
});

test('coming-from-aws-vault.md: every command does what it shows', async () => {
  const keychain = await Keychain.open('unlocked');
  const shop = await empty();
  const { user = '', password = '', database = '' } = shop.logins.prod ?? {};
  const given = { DATABASE_URL: urlOf(shop, 'dev'), DB_PASSWORD: password };
  const server = `--host localhost --port ${shop.server.port} --tls-ca certs/company-ca.pem`;
  const fill = (text: string): string =>
    text
      .replace('--host localhost', server)
      .replace('--username app --database shop', `--username ${user} --database ${database}`);
  const env = { ...keychain.env, ...given };
  const problems = await follow(shop, shownOn('coming-from-aws-vault.md'), { env, fill, answers });
  assert.is(problems.join('\n'), '');
  const stored = JSON.parse(readFileSync(join(shop.place.cwd, 'dbcreds.json'), 'utf8'));
  assert.equal(Object.keys(stored.profiles), ['dev', 'staging', 'reports']);
  await keychain.close();
});

test('providers.md: every command does what it shows', async () => {
  const shop = await empty();
  const commands = await use('age');
  const keygen = commands['age-keygen'];
  if (keygen) symlinkSync(keygen, join(shop.place.home, 'bin/age-keygen'));
  assert.is((await follow(shop, shownOn('providers.md'), { env: {} })).join('\n'), '');
});

test.run();
