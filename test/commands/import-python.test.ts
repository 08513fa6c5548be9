import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('import from the Python tool', { needs: ['postgresql', 'secret-service'] });

/** As Python's keyring library labels and marks what it stores. */
async function pythonStores(keychain: Keychain, name: string, entry: object): Promise<void> {
  const account = `dbcreds:${name}`;
  const marks = ['service', 'dbcreds', 'username', account, 'application', 'Python keyring library'];
  await keychain.secretTool(
    ['store', `--label=Password for '${account}' on 'dbcreds'`, ...marks],
    JSON.stringify(entry),
  );
}

const entryOf = (server: Server, { user, password, database }: Login, more: object = {}): object => ({
  username: user,
  password,
  host: 'localhost',
  port: server.port,
  database,
  database_type: 'postgresql',
  options: {},
  ssl_mode: null,
  password_updated_at: '2026-06-01T10:00:00.123456Z',
  password_expires_at: null,
  ...more,
});

const environment = (name: string, more: object = {}): object => ({
  name,
  database_type: 'postgresql',
  description: null,
  is_production: false,
  created_at: '2025-05-31T13:09:48.123456Z',
  updated_at: '2025-05-31T13:09:48.123456Z',
  ...more,
});

test('profiles, passwords and dates come along; what cannot is named; nothing of it is changed', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server, { password: `p'"\\ é@:/?#%` });
  const keychain = await Keychain.open('unlocked');
  const shop = await Shop.open({}, { ...keychain.env, PATH: `${server.clients}:${process.env.PATH}` });
  const written = new Date(Math.floor(Date.now() / 1000) * 1000 - 10 * 86_400_000).toISOString();
  const until = new Date(Date.parse(written) + 90 * 86_400_000)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '');
  await pythonStores(
    keychain,
    'dev',
    entryOf(server, login, {
      password_updated_at: written,
      password_expires_at: until,
      options: { sslrootcert: server.ca },
    }),
  );
  await pythonStores(
    keychain,
    'prod',
    entryOf(server, login, { ssl_mode: 'verify-full', options: { sslrootcert: server.ca } }),
  );
  await pythonStores(keychain, 'broken', { username: 'x', password: login.password });
  shop.place.write(`${shop.place.home}/.dbcreds/environments.json`, [
    environment('dev', { description: 'Development' }),
    environment('prod', { is_production: true }),
    environment('gone'),
    environment('warehouse', { database_type: 'oracle' }),
  ]);
  const result = must(await shop.dbcreds(['import', '--from-python']));
  assert.match(result.stderr, /left out: gone: the keychain has no password of it\n/);
  assert.match(
    result.stderr,
    /left out: warehouse: its database is neither PostgreSQL nor MySQL \(oracle\)\n/,
  );
  assert.match(result.stderr, /\n {2}prod ! +\S+ +the keychain, dbcreds:prod\n/);
  assert.equal(findSecret(result.output, login.password), []);
  assert.equal(searchFolders([shop.place.folder], login.password), []);
  const [dev, prod] = ['dev', 'prod'].map(async (name) =>
    JSON.parse(must(await shop.dbcreds(['show', name, '--json'])).stdout),
  );
  assert.is((await dev)?.setAt, written);
  assert.is((await dev)?.expiresAt, until.replace(' ', 'T').concat('Z'));
  assert.is((await prod)?.production, true);
  assert.is((await prod)?.setAt, '2026-06-01T10:00:00.000Z');
  const run = must(await shop.dbcreds(['run', '-e', 'dev', '--', 'psql', '-Atc', 'select current_user']));
  assert.is(run.stdout, `${login.user}\n`);
  const lookup = ['lookup', 'service', 'dbcreds', 'username', 'dbcreds:dev'];
  assert.match(await keychain.secretTool(lookup), /password_updated_at/);
  shop.place.write(`${shop.place.home}/.dbcreds/environments.json`, [environment('broken')]);
  const broken = must(await shop.dbcreds(['import', '--from-python']));
  assert.match(
    broken.stderr,
    /left out: broken: what the Python tool stored as dbcreds:broken cannot be understood\n/,
  );
  assert.equal(findSecret(broken.output, login.password), []);
  await keychain.close();
});

test('without the tool, or its keychain', async () => {
  const shop = await Shop.open();
  const none = await shop.dbcreds(['import', '--from-python']);
  assert.is(codeOf(none), 'FILE_ACCESS');
  assert.match(none.stderr, /environments\.json does not exist: the Python tool has no environment here/);
  shop.place.write(`${shop.place.home}/.dbcreds/environments.json`, [environment('dev')]);
  assert.is(codeOf(await shop.dbcreds(['import', '--from-python'])), 'KEYCHAIN_MISSING');
  assert.is(codeOf(await shop.dbcreds(['import', '--from-python', '--scrub'])), 'USAGE');
});

test.run();
