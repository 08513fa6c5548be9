import { searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { must, Shop, urlOf } from './kit.ts';

const test = suite<{ server: Server; login: Login }>('import from a pipe, and its names', {
  needs: ['postgresql', 'pty'],
});

test.before(async (context) => {
  context.server = await use('postgresql', 'plain');
  context.login = await newLogin(context.server);
});

const file = ['--provider', 'file'];

test('what a program decrypts is stored without a file of it', async ({ server, login }) => {
  const shop = await Shop.open();
  const input = `# decrypted\nDATABASE_URL="${urlOf(server, login, login.password)}"\nOTHER=x\n`;
  const { stderr } = must(await shop.dbcreds(['import', '-', ...file], { input }));
  assert.match(stderr, /\n {2}dev +\S+ +-: DATABASE_URL\n/);
  assert.match(stderr, /stored the password of shop\/dev/);
  assert.not.match(stderr, /--scrub/);
  assert.equal(searchFolders([shop.place.folder], login.password), []);
  assert.is(shop.profiles().dev?.url, urlOf(server, login));
  const scrub = await shop.dbcreds(['import', '-', '--scrub', ...file], { input });
  assert.match(scrub.stderr, /--scrub changes files, and - is a pipe \(USAGE\)/);
  assert.match((await shop.dbcreds(['import', '-'], { input: '' })).stderr, /stdin is empty/);
  shop.place.write('.env', 'A=1\nDATABASE_URL="encrypted:BN5G40GjlY6gppUVOqQ6bwAebL"\n');
  const locked = await shop.dbcreds(['import', ...file]);
  assert.match(
    locked.stderr,
    /\.env has encrypted values.*\n\n {2}dotenvx decrypt -f \.env --stdout \| dbcreds import -\n/,
  );
  const typed = shop.terminal(['import', '-']);
  assert.is((await typed.end()).code, 125);
  assert.match(typed.output, /dotenvx decrypt --stdout \| dbcreds import -\r\n/);
});

test("in a project a name is free that one's own file has; without one it is said where they go", async ({
  server,
  login,
}) => {
  const shop = await Shop.open();
  const input = `DATABASE_URL=${urlOf(server, login, login.password)}\n`;
  shop.place.write('.env.local', input);
  const own = { profiles: { dev: { url: 'postgresql://other@localhost/other' } } };
  shop.place.write(`${shop.place.home}/.config/dbcreds/profiles.json`, own, 0o600);
  const { stderr } = must(await shop.dbcreds(['import', '--dry-run']));
  assert.match(stderr, /\n {2}dev +\S+ +\.env\.local: DATABASE_URL\n/);
  assert.not.match(stderr, /dbcreds init/);
  must(await shop.dbcreds(['import', ...file]));
  assert.is(shop.profiles().dev?.url, urlOf(server, login));
  shop.place.write('alone/.git/HEAD', 'ref: refs/heads/main\n');
  shop.place.write('alone/.env', input);
  const alone = must(await shop.dbcreds(['import', '--dry-run'], { cwd: `${shop.place.cwd}/alone` }));
  assert.match(alone.stderr, /\n {2}dev-2 /);
  assert.match(alone.stderr, /for a project, make one first: {2}dbcreds init\n/);
});

test.run();
