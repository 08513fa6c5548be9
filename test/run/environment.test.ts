import { codeOf, must, Shop, type Written } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('run: what the command gets');

const url = 'postgresql://app@localhost:5432/shop';
const secret = 'a-Secret-of-the-shop-1';

const open = (more: Written = {}): Promise<Shop> =>
  Shop.open(
    {
      app: { url, ...more },
      warehouse: { url: 'mysql://wh@localhost:3306/dw' },
      third: { url: 'postgresql://t@localhost:5433/three', inject: { DIRECT: '{url:prisma}' } },
    },
    {
      DBCREDS_APP_PASSWORD: secret,
      DBCREDS_WAREHOUSE_PASSWORD: `${secret}-dw`,
      DBCREDS_THIRD_PASSWORD: `${secret}-3`,
    },
  );

/** The environment that a command gets. */
async function seen(
  shop: Shop,
  args: readonly string[],
  env: { [name: string]: string } = {},
): Promise<{ [name: string]: string }> {
  const script = 'process.stdout.write(JSON.stringify(process.env))';
  const { stdout, stderr } = must(
    await shop.dbcreds(['run', ...args, '--', process.execPath, '-e', script], { env }),
  );
  assert.is(stderr, '');
  return JSON.parse(stdout);
}

test('two profiles at once, the second under a prefix', async () => {
  const env = await seen(await open(), ['--env', 'app', '--env', 'warehouse:DW_', '-e', 'third:T3_']);
  assert.is(env.DATABASE_URL, `postgresql://app:${secret}@localhost:5432/shop?sslmode=disable`);
  assert.equal([env.PGUSER, env.PGPASSWORD], ['app', secret]);
  assert.match(env.DW_DATABASE_URL ?? '', /^mysql:\/\/wh:.*-dw@localhost:3306\/dw/);
  assert.equal([env.DW_MYSQL_USER, env.DW_MYSQL_PWD], ['wh', `${secret}-dw`]);
  assert.equal([env.T3_PGUSER, env.T3_PGPASSWORD], ['t', `${secret}-3`]);
  assert.match(env.T3_DIRECT ?? '', /^postgresql:\/\/t:/);
  assert.is(env.MYSQL_PWD, undefined);
  assert.is(env.DIRECT, undefined);
  assert.is(env.DBCREDS_ACTIVE, 'shop/app,shop/warehouse:DW_,shop/third:T3_');
  assert.equal(
    Object.keys(env).filter((name) => name.startsWith('DBCREDS_')),
    ['DBCREDS_ACTIVE'],
  );
});

test('a prefix for the only one: nothing is without it', async () => {
  const env = await seen(await open(), ['-e', 'app:SHOP_']);
  assert.is(env.SHOP_PGPASSWORD, secret);
  assert.equal([env.DATABASE_URL, env.PGPASSWORD], [undefined, undefined]);
});

test('two that would set the same variables, and a prefix that is none', async () => {
  const shop = await open();
  const clash = await shop.dbcreds(['run', '-e', 'app', '-e', 'third', '--', 'true']);
  assert.is(codeOf(clash), 'USAGE');
  assert.match(clash.stderr, /both have no prefix[\s\S]*dbcreds run --env app --env third:DB2_ -- \.\.\.\n$/);
  for (const prefix of ['A-', '1', 'A B', 'ä', ''])
    assert.is(codeOf(await shop.dbcreds(['run', '-e', `app:${prefix}`, '--', 'true'])), 'USAGE', prefix);
});

test('a prefix cannot make a name that runs code', async () => {
  const shop = await open({ inject: { OPTIONS: '{host}', PRELOAD: 'x.so' } });
  for (const prefix of ['NODE_', 'LD_'])
    assert.is(codeOf(await shop.dbcreds(['run', '-e', `app:${prefix}`, '--', 'true'])), 'USAGE');
});

test('the default, and DBCREDS_ENV before it', async () => {
  const shop = await open();
  assert.is((await seen(shop, [], { DBCREDS_ENV: 'third' })).PGUSER, 't');
  shop.write(
    { app: { url, provider: 'env' }, third: { url: 'postgresql://t@localhost/three' } },
    { default: 'app' },
  );
  assert.is((await seen(shop, [])).PGUSER, 'app');
  assert.is((await seen(shop, [], { DBCREDS_ENV: 'third' })).PGUSER, 't');
  assert.is((await seen(shop, ['-e', 'app'], { DBCREDS_ENV: 'third' })).PGUSER, 'app');
  assert.is((await seen(shop, [], { DBCREDS_ENV: '' })).PGUSER, 'app');
});

test('--only: these variables, of all profiles of the run', async () => {
  const shop = await open();
  const only = ['--only', 'PGPASSWORD, PGUSER,DW_MYSQL_PWD'];
  const env = await seen(shop, ['-e', 'app', '-e', 'warehouse:DW_', ...only], {
    PGHOST: 'inherited',
    OTHER: 'kept',
  });
  const ours = Object.keys(env).filter((name) => /^(DW_|PG|DATABASE|MYSQL)/.test(name));
  assert.equal(ours.sort(), ['DW_MYSQL_PWD', 'PGPASSWORD', 'PGUSER']);
  assert.is(env.OTHER, 'kept');
  const twice = await seen(shop, ['-e', 'app', '--only', 'PGPORT', '--only=PGHOST']);
  assert.equal([twice.PGPORT, twice.PGHOST, twice.PGUSER], ['5432', 'localhost', undefined]);
});

test('--only: a name that is not set, with the nearest', async () => {
  const shop = await open();
  const { stderr, code } = await shop.dbcreds(['run', '-e', 'app', '--only', 'PGPASWORD', '--', 'true']);
  assert.is(code, 125);
  assert.match(
    stderr,
    /^dbcreds: --only: there is no variable "PGPASWORD" to set; did you mean PGPASSWORD\? \(USAGE\)/,
  );
  assert.match(stderr, /\n {2}set {2}DATABASE_URL PGHOST /);
});

test('--pristine: nothing inherited but what a shell and a locale need', async () => {
  const inherited = { SECRET_OF_MINE: 'x', NODE_OPTIONS: '', AWS_PROFILE: 'y', LC_ALL: 'C', TERM: 'dumb' };
  const env = await seen(await open(), ['-e', 'app', '--pristine'], inherited);
  for (const name of ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'TZ']) assert.ok(name in env, name);
  for (const name of ['SECRET_OF_MINE', 'NODE_OPTIONS', 'AWS_PROFILE']) assert.not.ok(name in env, name);
  assert.is(env.PGPASSWORD, secret);
  const plain = await seen(await open(), ['-e', 'app'], inherited);
  assert.is(plain.SECRET_OF_MINE, 'x');
});

test('--url-style, over what the profile says', async () => {
  const shop = await open({ urlStyle: 'none' });
  assert.is((await seen(shop, ['-e', 'app'])).DATABASE_URL, undefined);
  const styles: [string, string, RegExp][] = [
    ['app', 'jdbc', /^jdbc:postgresql:\/\/localhost:5432\/shop\?user=app&password=/],
    ['app', 'prisma', /^postgresql:\/\/app:.*sslmode=disable/],
    ['warehouse', 'go', /^wh:.*@tcp\(localhost:3306\)\/dw/],
    ['warehouse', 'sqlalchemy', /^mysql\+pymysql:\/\//],
    ['warehouse', 'mariadb', /^mariadb:\/\//],
  ];
  for (const [name, style, form] of styles)
    assert.match((await seen(shop, ['-e', name, '--url-style', style])).DATABASE_URL ?? '', form);
  assert.is((await seen(shop, ['-e', 'warehouse', '--url-style', 'none'])).DATABASE_URL, undefined);
});

test('--url-style: unknown, and of the other engine', async () => {
  const shop = await open();
  const unknown = await shop.dbcreds(['run', '-e', 'app', '--url-style', 'libpg', '--', 'true']);
  assert.match(
    unknown.stderr,
    /there is no such --url-style; did you mean libpq\? \(USAGE\)[\s\S]*one of: {2}libpq, mysql2/,
  );
  const other = await shop.dbcreds(['run', '-e', 'app', '--url-style', 'mysql2', '--', 'true']);
  assert.match(other.stderr, /--url-style mysql2: app is postgresql \(USAGE\)/);
});

test('a reason that the profile asks for', async () => {
  const always = await open({ reason: 'always' });
  const refused = await always.dbcreds(['run', '-e', 'app', '--', 'true']);
  assert.is(codeOf(refused), 'REASON');
  assert.match(refused.stderr, /dbcreds run --env app --reason "\.\.\." -- \.\.\.\n$/);
  must(await always.dbcreds(['run', '-e', 'app', '--reason', 'a look', '--', 'true']));
  assert.is(always.log().at(-1)?.reason, 'a look');
  const jobs = await open({ reason: 'no-terminal' });
  assert.is(codeOf(await jobs.dbcreds(['run', '-e', 'app', '--', 'true'])), 'REASON');
});

test.run();
