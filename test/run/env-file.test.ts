import { codeOf, must, Shop } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('run --env-file');

const secret = 'a-Secret-of-the-shop-1';
const open = (): Promise<Shop> =>
  Shop.open({ dev: { url: 'postgresql://app@localhost:5432/shop' } }, { DBCREDS_DEV_PASSWORD: secret });

async function seen(shop: Shop, args: readonly string[]): Promise<{ [name: string]: string }> {
  const script = 'process.stdout.write(JSON.stringify(process.env))';
  const run = ['run', '-e', 'dev', ...args, '--', process.execPath, '-e', script];
  return JSON.parse(must(await shop.dbcreds(run)).stdout);
}

test('further variables, by the rules of dotenv', async () => {
  const shop = await open();
  shop.place.write(
    'my.env',
    `# comment\nAPP_MODE=dev\nexport QUOTED="two\\nlines"\nSINGLE='as $it is'\nEMPTY=\nHASH=a # b\n`,
  );
  for (const args of [['--env-file', 'my.env'], ['--env-file=my.env'], ['-f', 'my.env'], ['-fmy.env']]) {
    const env = await seen(shop, args);
    assert.equal(
      [env.APP_MODE, env.QUOTED, env.SINGLE, env.EMPTY, env.HASH],
      ['dev', 'two\nlines', 'as $it is', '', 'a'],
    );
    assert.is(env.PGPASSWORD, secret);
  }
});

const refused: readonly (readonly [line: string, says: RegExp])[] = [
  ['DATABASE_URL=postgres://app:hunter2@db/shop', /holds a database password, in DATABASE_URL/],
  ['ANY_URL=mysql://app:hunter2@db/shop', /holds a database password, in ANY_URL/],
  ['JDBC=jdbc:postgresql://db/shop?user=a&password=hunter2', /holds a database password, in JDBC/],
  ['DB_PASSWORD=hunter2', /holds a database password, in DB_PASSWORD/],
  ['PGPASSWORD=hunter2', /holds a database password, in PGPASSWORD/],
  ['MYSQL_PWD=hunter2', /holds a database password, in MYSQL_PWD/],
  ['SHOP_DB_PASS=hunter2', /holds a database password, in SHOP_DB_PASS/],
  ['PGHOST=evil.example', /sets PGHOST, which dbcreds sets itself or which runs code or redirects/],
  ['DATABASE_URL=postgres://app@evil.example/shop', /sets DATABASE_URL, which dbcreds sets itself/],
  ['MYSQL_HOST=evil.example', /sets MYSQL_HOST/],
  ['LD_PRELOAD=./x.so', /sets LD_PRELOAD/],
  ['NODE_EXTRA_CA_CERTS=./x.pem', /sets NODE_EXTRA_CA_CERTS/],
  ['BASH_ENV=./x', /sets BASH_ENV/],
  ['PATH=.', /sets PATH/],
  ['HTTPS_PROXY=http://evil.example', /sets HTTPS_PROXY/],
  ['DBCREDS_CONFIRM=prod', /sets DBCREDS_CONFIRM/],
  ['GIT_SSH_COMMAND=./x', /sets GIT_SSH_COMMAND/],
];

for (const [line, says] of refused) {
  test(`refused as a whole: ${line.replace('hunter2', '***')}`, async () => {
    const shop = await open();
    shop.place.write('my.env', `FINE=1\n${line}\n`);
    const result = await shop.dbcreds(['run', '-e', 'dev', '-f', 'my.env', '--', 'echo', 'ran']);
    assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'USAGE']);
    assert.match(result.stderr, says);
    assert.not.match(result.output, /hunter2/);
  });
}

test('what is no database password may stand there', async () => {
  const shop = await open();
  shop.place.write(
    'my.env',
    'API_TOKEN=x\nSMTP_PASSWORD=y\nPASSWORD_MIN_LENGTH=8\nSITE=https://a:b@example.com/\n',
  );
  assert.is((await seen(shop, ['-f', 'my.env'])).SMTP_PASSWORD, 'y');
});

test('one that is not there, or no file', async () => {
  const shop = await open();
  for (const name of ['nothing.env', '.']) {
    const result = await shop.dbcreds(['run', '-e', 'dev', '-f', name, '--', 'echo', 'ran']);
    assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'USAGE']);
    assert.match(result.stderr, /cannot be read \((ENOENT|EISDIR)\)/);
  }
});

// Node looks for `--env-file` in the whole command line, behind the program's name too, and takes NODE_OPTIONS out of that
// file for itself (nodejs/node#54232). `-f` is ours alone.
test('-f: no code of the file runs in dbcreds', async () => {
  const shop = await open();
  shop.place.write('evil.cjs', 'console.error("the code of the file ran")');
  shop.place.write('my.env', 'NODE_OPTIONS=--require=./evil.cjs\n');
  const short = await shop.dbcreds(['run', '-e', 'dev', '-f', 'my.env', '--', 'echo', 'ran']);
  assert.equal([short.code, short.stdout, codeOf(short)], [125, '', 'USAGE']);
  assert.not.match(short.output, /the code of the file ran/);
  const long = await shop.dbcreds(['run', '-e', 'dev', '--env-file', 'my.env', '--', 'echo', 'ran']);
  assert.equal([long.code, long.stdout], [125, '']);
});

test.run();
