import { readFileSync } from 'node:fs';
import { searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, urlOf } from './kit.ts';

const test = suite('from nothing to a run', { needs: ['postgresql', 'secret-service', 'pty'] });

test('paste a URL, run psql over verified TLS, look, test, reveal, remove', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const keychain = await Keychain.open('unlocked');
  const shop = await Shop.open({}, { ...keychain.env, PATH: `${server.clients}:${process.env.PATH}` });
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));

  const add = shop.terminal(['add', 'dev', '--expires', '90d']);
  await add.expect('Connection URL (hidden; Enter for the parts): ');
  add.answer(`${urlOf(server, login, login.password)}?sslrootcert=ca.pem`);
  assert.equal(await add.end(), { code: 0, signal: null }, add.output);
  assert.match(add.output, /logged in, and stored the password of shop\/dev in Secret Service\r\n/);

  const query = 'select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid()';
  const run = must(await shop.dbcreds(['run', '-e', 'dev', '--', 'psql', '-Atc', query]));
  assert.equal([run.stdout, run.stderr], [`${login.user}|t\n`, '']);

  const list = must(await shop.dbcreds(['list'])).stdout.split('\n');
  assert.match(
    list[1] ?? '',
    /^shop\/dev +app_\S+ +less than a minute +\d{4}-\d\d-\d\d \(8\d days\) +Secret Service$/,
  );
  assert.match(must(await shop.dbcreds(['check'])).stdout, /^shop\/dev {2}8\d days left\n$/);
  assert.match(must(await shop.dbcreds(['test', 'dev'])).stdout, /^logged in +shop\/dev/);
  assert.match(must(await shop.dbcreds(['trust', 'dev'])).stderr, /nothing has changed/);

  const show = shop.terminal(['show', 'dev', '--reveal']);
  assert.equal(await show.end(), { code: 0, signal: null });
  assert.is(show.output, `${login.password}\r\n`);

  assert.equal(searchFolders([shop.place.folder], login.password), []);
  const remove = shop.terminal(['remove', 'dev', '--profile']);
  await remove.expect('Delete the password of shop/dev from Secret Service, and the profile? Type dev: ');
  remove.answer('dev');
  assert.equal(await remove.end(), { code: 0, signal: null });
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--', 'true'])), 'NO_PROFILE');
  assert.equal(
    shop.log().map(({ event, outcome }) => `${event} ${outcome}`),
    ['add done', 'run launching', 'reveal done', 'remove done'],
  );
  await keychain.close();
});

test.run();
