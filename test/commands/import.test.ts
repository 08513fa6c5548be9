import { linkSync, readFileSync, statSync } from 'node:fs';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, urlOf } from './kit.ts';

const test = suite<{ server: Server; login: Login }>('import of .env files', {
  needs: ['postgresql', 'pty'],
});

test.before(async (context) => {
  context.server = await use('postgresql');
  context.login = await newLogin(context.server, { password: 'Pass-w0rd/with?all#of%it@' });
});

/** A project with `.env` files, the server's CA, and git's history where `commit` says so. */
async function project(server: Server, files: { readonly [name: string]: string }): Promise<Shop> {
  const shop = await Shop.open({}, { PATH: `${server.clients}:${process.env.PATH}` });
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  for (const [name, text] of Object.entries(files)) shop.place.write(name, text, 0o640);
  return shop;
}

const ca = 'sslrootcert=ca.pem';
const file = ['--provider', 'file'];
const read = (shop: Shop, name: string): string => readFileSync(`${shop.place.cwd}/${name}`, 'utf8');
const psql = ['psql', '-Atc', 'select current_user'];

test('a URL moves, and its line goes; the rest stays byte for byte', async ({ server, login }) => {
  const url = `${urlOf(server, login, login.password)}?${ca}&schema=a`;
  const text = `# app\r\nPORT=3000\r\nDATABASE_URL="${url}"\r\n\r\nDIRECT_URL=${url}\nKEY='x y'`;
  const shop = await project(server, { '.env': text, '.env.example': 'DATABASE_URL=postgres://u:p@h/d' });
  const dry = must(await shop.dbcreds(['import', '--dry-run']));
  assert.match(dry.stderr, /\n {2}dev +\S+ +\.env: DATABASE_URL, DIRECT_URL\n/);
  assert.equal([read(shop, '.env'), shop.profiles()], [text, {}]);
  const { stdout, stderr } = must(await shop.dbcreds(['import', '--scrub', ...file]));
  assert.match(stderr, /logged in, and stored the password of shop\/dev in .*credentials\.age\n/);
  assert.match(stderr, /taken out of \.env: DATABASE_URL, DIRECT_URL\n/);
  assert.match(stderr, /dbcreds run --env dev -- \.\.\.\n/);
  assert.not.match(stderr, /git|still stands/);
  assert.is(read(shop, '.env'), `# app\r\nPORT=3000\r\n\r\nKEY='x y'`);
  assert.is(statSync(`${shop.place.cwd}/.env`).mode & 0o777, 0o640);
  assert.equal(shop.profiles().dev, {
    url: urlOf(server, login),
    tls: { ca: 'ca.pem', mode: 'verify-full' },
    params: { schema: 'a' },
    inject: { DIRECT_URL: '{url}' },
  });
  assert.equal(findSecret(stdout + stderr + dry.output, login.password), []);
  assert.equal(searchFolders([shop.place.folder], login.password), []);
  assert.is(must(await shop.dbcreds(['run', '-e', 'dev', '--', ...psql])).stdout, `${login.user}\n`);
  assert.is(shop.log()[0]?.event, 'import');
});

test('a group of variables goes on to reach a program that reads them', async ({ server }) => {
  const login = await newLogin(server);
  const { user, password, database } = login;
  const parts = {
    HOST: 'localhost',
    PORT: server.port,
    DATABASE: database,
    USERNAME: user,
    PASSWORD: password,
  };
  const lines = Object.entries(parts).map(([name, value]) => `DB_${name}=${value}`);
  const shop = await project(server, { '.env': ['DB_CONNECTION=pgsql', ...lines, ''].join('\n') });
  shop.write({ dev: { url: urlOf(server, login), tls: { ca: 'ca.pem', mode: 'verify-full' } } });
  // A profile with this very target is given its password; a new one gets the variables too.
  const told = must(await shop.dbcreds(['import', '--as', 'dev', ...file])).stderr;
  assert.not.ok('inject' in (shop.profiles().dev ?? {}));
  assert.match(
    told,
    /a run of shop\/dev does not set DB_PASSWORD, .*needs them in "inject" of .*dbcreds\.json\n/,
  );
  shop.write({});
  const again = await shop.dbcreds(['import', '--no-test', '--as', 'dev', '--scrub', ...file]);
  assert.is(again.code, 0, again.stderr);
  assert.is(read(shop, '.env'), 'DB_CONNECTION=pgsql\n');
  const shown = ['sh', '-c', 'echo "$DB_USERNAME@$DB_HOST:$DB_PORT/$DB_DATABASE $DB_PASSWORD"'];
  const run = must(await shop.dbcreds(['run', '-e', 'dev', '--', ...shown]));
  assert.is(run.stdout, `${user}@localhost:${server.port}/${database} ${password}\n`);
});

test('on a terminal each name can be changed, and each left out; one that fails stops no other', async ({
  server,
  login,
}) => {
  const good = `${urlOf(server, login, login.password)}?${ca}`;
  const bad = `${urlOf(server, login, 'a-Wrong-password-1')}?${ca}`;
  const text = `DATABASE_URL=${good}\nSTAGING_DATABASE_URL=${bad}\nOTHER_URL=postgres://u:secret-1@h.example/d\n`;
  const shop = await project(server, { '.env': text });
  const screen = shop.terminal(['import', '--scrub', ...file]);
  await screen.expect('(- leaves it out) [dev]: ');
  screen.answer('mine');
  await screen.expect('(- leaves it out) [dev-other]: ');
  screen.answer('-');
  await screen.expect('(- leaves it out) [staging]: ');
  screen.answer('');
  assert.is((await screen.end()).code, 1, screen.output);
  assert.match(screen.output, /one was not imported: \.env: STAGING_DATABASE_URL/);
  assert.match(screen.output, /\(WRONG_PASSWORD\)/);
  assert.equal(Object.keys(shop.profiles()), ['mine']);
  assert.is(read(shop, '.env'), text.split('\n').slice(1).join('\n'));
  assert.equal(findSecret(screen.output, login.password), []);
});

test('a file that says production makes a production profile, whose TLS has to hold', async ({
  server,
  login,
}) => {
  const url = urlOf(server, login, login.password);
  const shop = await project(server, { '.env.production': `DATABASE_URL=${url}\n` });
  const plain = await shop.dbcreds(['import', '--scrub', ...file]);
  assert.is(plain.code, 1);
  assert.match(plain.stderr, /\n {2}prod ! +/);
  assert.match(plain.stderr, /\(CERT_UNKNOWN_CA\)/);
  assert.equal(shop.profiles(), {});
  assert.is(read(shop, '.env.production'), `DATABASE_URL=${url}\n`);
  shop.place.write('.env.production', `DATABASE_URL=${url}?${ca}\n`);
  must(await shop.dbcreds(['import', ...file]));
  assert.is(shop.profiles().prod?.production, true);
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'prod', '--', 'true'])), 'CONFIRM');
});

test('what production uses too is production', async ({ server, login }) => {
  const line = `DATABASE_URL=${urlOf(server, login, login.password)}?${ca}\n`;
  const shop = await project(server, { '.env': line, '.env.production': line });
  const { stderr } = must(await shop.dbcreds(['import', '--dry-run']));
  assert.match(stderr, /\n {2}prod ! +\S+ +\.env: DATABASE_URL; \.env\.production: DATABASE_URL\n/);
});

test('copies, comments and the history of git are named', async ({ server, login }) => {
  const line = `DATABASE_URL=${urlOf(server, login, login.password)}?${ca}\n`;
  const shop = await project(server, { '.env': `${line}# ${login.password}\n`, '.env.bak': `\n${line}` });
  const git = async (...args: string[]): Promise<void> => {
    must(await shop.program('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args]));
  };
  await git('init', '-q');
  await git('add', '.env');
  await git('commit', '-qm', 'oh');
  const tracked = must(await shop.dbcreds(['import', '--scrub', ...file]));
  assert.match(
    tracked.stderr,
    /git tracks \.env: whoever can read the repository has its passwords\n\n {2}change it on the server: +dbcreds rotate dev\n/,
  );
  assert.match(tracked.stderr, /still stands in \.env, line 1\n/);
  assert.match(tracked.stderr, /still stands in \.env\.bak, line 2\n/);
  await git('rm', '-q', '--cached', '.env');
  await git('commit', '-qm', 'gone');
  shop.place.write('.env', line);
  const past = must(await shop.dbcreds(['import', ...file]));
  assert.match(past.stderr, /is stored already/);
  assert.match(past.stderr, /git has in its history \.env/);
});

test('what would lose something is not done', async ({ server, login }) => {
  const line = `DATABASE_URL=${urlOf(server, login, login.password)}?${ca}\n`;
  const shop = await project(server, { '.env': line });
  linkSync(`${shop.place.cwd}/.env`, `${shop.place.cwd}/other-name`);
  const linked = await shop.dbcreds(['import', '--scrub', ...file]);
  assert.equal([linked.code, codeOf(linked)], [1, 'CONFLICT']);
  assert.is(read(shop, '.env'), line);
  // And what fails with one file stops no other.
  shop.place.write('.env.local', `A=1\n${line}`);
  const both = await shop.dbcreds(['import', '--scrub', ...file]);
  assert.equal([both.code, codeOf(both), read(shop, '.env.local')], [1, 'CONFLICT', 'A=1\n']);
  shop.place.write('two.env', line.replace(/:[^:@/]+@/, ':another-Password-1@'));
  const other = await shop.dbcreds(['import', 'two.env', '--as', 'dev', '--no-test', '--scrub', ...file]);
  assert.is(other.code, 1);
  assert.match(other.stderr, /another password of shop\/dev is stored, and was not replaced \(CONFLICT\)/);
  assert.match(read(shop, 'two.env'), /another-Password-1/);
  const taken = await shop.dbcreds(['import', 'two.env', '.env', '--as', 'x']);
  assert.match(taken.stderr, /--as gives one a name, and 2 were found/);
  assert.is(codeOf(await shop.dbcreds(['import', 'none.env'])), 'FILE_ACCESS');
  assert.match(must(await shop.dbcreds(['import', 'ca.pem'])).stderr, /no database password was found/);
});

test.run();
