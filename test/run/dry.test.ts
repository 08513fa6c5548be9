import { codeOf, must, Shop } from '../commands/kit.ts';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('run --dry-run');

const secret = 'a-Secret-of-the-shop-1';
const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';

test('names, targets and guards; never a value, and nothing is started or written', async () => {
  const shop = await Shop.open({
    dev: {
      url: 'postgresql://app@localhost:5432/shop',
      tls: { mode: 'verify-full', ca: 'ca.pem' },
      expires: '90d',
      inject: { DIRECT_URL: '{url}' },
    },
  });
  shop.place.write('ca.pem', pem);
  await shop.store('dev', secret);
  const before = shop.log().length;
  const env = { PGHOST: 'inherited-value', DBCREDS_CONFIRM: 'inherited-value' };
  const { stdout, stderr } = must(
    await shop.dbcreds(['run', '-e', 'dev', '--dry-run', '--', 'sh', '-c', `echo ${secret} > ran`], { env }),
  );
  assert.is(stderr, '');
  assert.equal(findSecret(stdout, secret), []);
  assert.not.match(stdout, /inherited-value/);
  const lines = Object.fromEntries(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, 10).trim(), line.slice(10)]),
  );
  assert.equal(lines.profile, `shop/dev  (${shop.file})`);
  assert.equal(lines.target, 'app@localhost:5432/shop (postgresql)');
  assert.match(lines.TLS ?? '', /^verify-full, CA .*\/ca\.pem$/);
  assert.match(lines.password ?? '', /credentials\.age, expires \d{4}-\d\d-\d\d$/);
  assert.is(lines.guards, 'all silent');
  assert.match(lines.sets ?? '', /^DATABASE_URL PGHOST .*DIRECT_URL DBCREDS_ACTIVE$/);
  assert.match(lines.clears ?? '', /\bDBCREDS_CONFIRM\b/);
  assert.match(lines.file ?? '', /\/ca\.pem$/);
  assert.is(lines.command, 'sh');
  assert.equal(searchFolders([shop.place.cwd], 'inherited-value'), []);
  assert.equal(searchFolders([shop.place.folder], secret), []);
  assert.is(shop.log().length, before);
});

test('a guard that refuses is shown, with the others, and is the status', async () => {
  const shop = await Shop.open(
    {
      prod: {
        url: 'postgresql://app@db.example/shop',
        production: true,
        tls: { mode: 'require' },
        expires: '1d',
      },
    },
    { DBCREDS_PROD_URL: `postgresql://app:${secret}@db.example/shop`, DBCREDS_PROD_SET_AT: '2020-01-01' },
  );
  const { stdout, stderr, code } = await shop.dbcreds(['run', '-e', 'prod', '--dry-run', '--', 'true']);
  assert.is(code, 125);
  for (const what of ['BINDING_CHANGED', 'EXPIRED', 'WEAK_TLS', 'CONFIRM'])
    assert.match(stdout, new RegExp(`^guard {5}refuses: .*\\(${what}\\)$`, 'm'));
  assert.is(codeOf({ stderr }), 'BINDING_CHANGED');
  for (const what of ['EXPIRED', 'WEAK_TLS', 'CONFIRM'])
    assert.match(stderr, new RegExp(`^ {2}also +.*\\(${what}\\)$`, 'm'));
});

test('a guard that warns is no refusal', async () => {
  const env = { DBCREDS_DEV_PASSWORD: secret, DBCREDS_DEV_SET_AT: '2020-01-01' };
  const shop = await Shop.open(
    { dev: { url: 'postgresql://a@localhost/b', expires: '1d', onExpired: 'warn' } },
    env,
  );
  const { stdout } = must(await shop.dbcreds(['run', '-e', 'dev', '--dry-run', '--', 'true']));
  assert.match(stdout, /^guard {5}warns: the password of dev expired \d+ days ago \(EXPIRED\)$/m);
});

test('without a command, and without a password', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@localhost/b' } });
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--dry-run'])), 'NO_CREDENTIAL');
  await shop.store('dev', secret);
  assert.match(
    must(await shop.dbcreds(['run', '-e', 'dev', '--dry-run'])).stdout,
    /^command {3}\(none given\)$/m,
  );
  assert.is((await shop.dbcreds(['run', '-e', 'dev', '--dry-run', '--', 'not-there'])).code, 127);
});

test('what is kept where nothing else is', async () => {
  const shop = await Shop.open(
    { dev: { url: 'postgresql://a@localhost/b' } },
    { DBCREDS_DEV_PASSWORD: secret },
  );
  const { stdout } = must(await shop.dbcreds(['run', '-e', 'dev', '--dry-run', '--pristine', '--', 'true']));
  assert.match(stdout, /^keeps {5}PATH HOME /m);
  assert.not.match(stdout, /^clears/m);
});

test.run();
