import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('add by flags');

const target = ['--type', 'pg', '--host', 'DB.Example.com.', '--database', 'shop', '--username', 'app'];
const piped = { input: 'a-long-Enough-1' };

test('a flag for every field', async () => {
  const shop = await Shop.open({ other: { url: 'postgresql://a@localhost/b' } });
  shop.place.write('ca.pem', '-----BEGIN CERTIFICATE-----\n');
  const flags = [
    ...[
      '--port',
      '6432',
      '--production',
      '--tls',
      'verify-ca',
      '--tls-ca',
      'ca.pem',
      '--tls-because',
      'old server',
    ],
    ...[
      '--host-address',
      '10.1.2.3:7000',
      '--expires',
      '90d',
      '--url-style',
      'none',
      '--description',
      'the shop',
    ],
  ];
  const args = ['add', 'x', ...target, ...flags, '--provider', 'file', '--password-stdin', '--no-test'];
  const { stderr, stdout } = must(await shop.dbcreds(args, piped));
  assert.is(stdout, '');
  assert.match(stderr, /without having logged in, stored the password of shop\/x/);
  const { url, ...rest } = shop.profiles().x ?? {};
  assert.is(url, 'postgresql://app@db.example.com:6432/shop');
  assert.equal(rest, {
    description: 'the shop',
    hostAddress: '10.1.2.3:7000',
    production: true,
    tls: { mode: 'verify-ca', ca: 'ca.pem', because: 'old server' },
    expires: '90d',
    urlStyle: 'none',
  });
});

test('the other names of flags, and days', async () => {
  const shop = await Shop.open();
  const flags = [
    '--engine',
    'mariadb',
    '--host',
    'h.example',
    '--database',
    'd',
    '--user',
    'u',
    '--expires-days',
    '30',
  ];
  must(await shop.dbcreds(['add', 'x', ...flags, '--no-test', '--provider', 'env']));
  assert.equal(shop.profiles().x, { url: 'mariadb://u@h.example:3306/d', expires: '30d' });
});

const pairs = (words: readonly string[]): { [flag: string]: string } =>
  Object.fromEntries(
    words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])),
  );

const bad: readonly (readonly [flags: string[], says: RegExp])[] = [
  [['--port', '0'], /^dbcreds: a port is a number from 1 to 65535 \(USAGE\)/],
  [['--port', '65536'], /a port is a number/],
  [['--port', '5432x'], /a port is a number/],
  [
    ['--type', 'postgers'],
    /--type takes postgresql, mysql or mariadb(; did you mean postgresql\?)? \(USAGE\)/,
  ],
  [['--host', 'a,b'], /a host is one name, address or absolute path of a socket/],
  [['--tls', 'verify_full'], /--tls takes [^;]*; did you mean verify-full\?/],
  [['--tls', 'prefer'], /prefer falls back to plaintext, and does not exist here/],
  [['--expires', '90'], /--expires takes a time such as 90d/],
  [['--expires', '0'], /--expires takes a time/],
  [['--expires-days', '1.5'], /--expires-days takes a number of days/],
  [['--expires', '1d', '--expires-days', '1'], /--expires or --expires-days: which one\?/],
  [
    ['--host-address', 'bastion.example'],
    /^dbcreds: --host-address is no address to dial \(USAGE\)\n\n {2}right is: {2}an IP/,
  ],
  [['--url-style', 'mysql2'], /^dbcreds: --url-style [^\n]*\(USAGE\)\n\n {2}right is: {2}libpq/],
  [['--tls-cert', 'c.pem'], /^dbcreds: --tls-key is missing \(USAGE\)/],
  [['--database', ''], /--database is empty/],
  [['--username', ' '], /--username is empty/],
  [['--provider', 'keyring'], /^dbcreds: --provider takes keychain, file, env, dotenv \(USAGE\)/],
  [
    ['--description', 'a\nb'],
    /^dbcreds: --description cannot be used \(USAGE\)\n\n {2}right is: {2}text without control/,
  ],
];

for (const [flags, says] of bad) {
  test(`refused: ${flags.join(' ')}`, async () => {
    const shop = await Shop.open();
    const given = { ...pairs([...target, '--provider', 'file']), ...pairs(flags) };
    const args = ['add', 'x', ...Object.entries(given).flat(), '--no-test', '--password-stdin'];
    const { code, stderr } = await shop.dbcreds(args, piped);
    assert.is(code, 125);
    assert.match(stderr, says);
    assert.is(codeOf({ stderr }), 'USAGE');
    assert.equal(shop.profiles(), {});
  });
}

test('what is missing is named where nobody can be asked', async () => {
  const shop = await Shop.open();
  const { stderr, code } = await shop.dbcreds(['add', 'x', '--host', 'h', '--provider', 'file']);
  assert.is(code, 125);
  assert.match(stderr, /needs --type, --database, --username, and there is no terminal to ask on \(USAGE\)/);
  assert.match(stderr, /dbcreds add x --url-stdin\n$/);
  const password = await shop.dbcreds(['add', 'x', ...target, '--provider', 'file', '--no-test']);
  assert.is(codeOf(password), 'NO_TERMINAL');
  assert.match(password.stderr, /dbcreds add x --password-stdin\n/);
  assert.equal(shop.profiles(), {});
});

test('a profile that is there is changed by update, not by flags of add', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@localhost/b' } });
  const { stderr, code } = await shop.dbcreds(
    ['add', 'dev', '--tls-ca', 'ca.pem', '--password-stdin'],
    piped,
  );
  assert.is(code, 125);
  assert.match(stderr, /^dbcreds: shop\/dev is defined already: --tls-ca would change it \(USAGE\)/);
  assert.match(stderr, /\n {2}change it where it stands: +dbcreds update dev --tls-ca \.\.\.\n/);
});

test('the nearest dbcreds.json gets it, and says so; --global does not', async () => {
  const shop = await Shop.open();
  const below = join(shop.place.cwd, 'a/b');
  mkdirSync(below, { recursive: true });
  const args = (name: string): string[] => ['add', name, ...target, '--no-test', '--provider', 'env'];
  const near = must(await shop.dbcreds(args('near'), { cwd: below }));
  assert.ok(near.stderr.startsWith(`dbcreds: shop/near is defined in ${shop.file}\n`), near.stderr);
  const global = must(await shop.dbcreds([...args('mine'), '--global']));
  const own = join(shop.place.home, '.config/dbcreds/profiles.json');
  assert.ok(global.stderr.startsWith(`dbcreds: mine is defined in ${own}\n`), global.stderr);
  assert.is(statSync(own).mode & 0o777, 0o600);
  assert.equal(Object.keys(shop.profiles()), ['near']);
});

test('without a project the own file gets it, and a CA keeps its absolute path', async () => {
  const shop = await Shop.open();
  renameSync(shop.file, `${shop.file}.off`);
  const ca = shop.place.write('certs/ca.pem', '-----BEGIN CERTIFICATE-----\n');
  must(
    await shop.dbcreds(['add', 'x', ...target, '--tls-ca', 'certs/ca.pem', '--no-test', '--provider', 'env']),
  );
  const own = JSON.parse(readFileSync(join(shop.place.home, '.config/dbcreds/profiles.json'), 'utf8'));
  assert.equal(own.profiles.x.tls, { ca });
});

test('through a link in HOME the first run is from a place that is allowed', async () => {
  const shop = await Shop.open();
  renameSync(shop.file, `${shop.file}.off`);
  const HOME = join(shop.place.folder, 'link');
  symlinkSync(shop.place.home, HOME);
  const local = [
    '--type',
    'pg',
    '--host',
    'localhost',
    '--database',
    'd',
    '--username',
    'u',
    '--tls',
    'disable',
  ];
  const args = ['add', 'x', ...local, '--no-test', '--provider', 'file', '--password-stdin'];
  must(await shop.dbcreds(args, { ...piped, env: { HOME } }));
  const run = must(
    await shop.dbcreds(['run', '-e', 'x', '--', 'sh', '-c', 'printf %s "$PGPASSWORD"'], { env: { HOME } }),
  );
  assert.equal([run.stdout, run.stderr], [piped.input, '']);
});

test('a weak password is stored, and called weak without quoting it', async () => {
  const shop = await Shop.open();
  const args = ['add', 'x', ...target, '--no-test', '--provider', 'file', '--password-stdin'];
  const { stderr } = must(await shop.dbcreds(args, { input: 'shopshop' }));
  assert.match(
    stderr,
    /^dbcreds: warning: the password has fewer than 16 characters, and has no upper-case letter/m,
  );
  assert.not.match(stderr, /shopshop/);
});

test.run();
