import { readFileSync } from 'node:fs';
import { Shop } from '../commands/kit.ts';
import { findSecret } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('cli: what was typed is not shown');

const secret = 'Zq7-hunter2';
const url = `postgres://app:${secret}@db.example.com:5432/shop`;

/** Where people put a password or a URL. `S`: the password; `U`: a URL with it. */
const mistakes: readonly string[] = [
  '--password=S add x',
  '--password S',
  '-pS',
  '--passwrod=S list',
  'S',
  'U',
  'help U',
  '--help U',
  '--version U',
  'add U',
  'add x U',
  'add x S',
  'add x --password S',
  'add x --password=S',
  'add x --passwrod S',
  'add x --passwrod=S',
  'add x --pass S',
  'add x --PASSWORD S',
  'add x -p S',
  'add x -pS',
  'add x --db-password=S',
  'add x --token=S',
  'add x --url U',
  'add x --uri=U',
  'add x --dsn U',
  'add x --connection-string=U',
  'add x --database-url U',
  'add x --host U --type pg --username a --database d',
  'add x --host app:S@db --type pg --username a --database d',
  'add x --port S --host db',
  'add x --username app:S --type pg --host db --database d',
  'add x --user app:S --type pg --host db --database d',
  'add x --database U --type pg --host db --username a',
  'add x --type S',
  'add x --engine U',
  'add x --tls S --type pg --host db --username a --database d',
  'add x --expires S --type pg --host db --username a --database d',
  'add x --expires-days S --type pg --host db --username a --database d',
  'add x --host-address S --no-test --type pg --host db --username a --database d',
  'add x --host-address U --no-test --type pg --host db --username a --database d',
  'add x --url-style S --no-test --type pg --host db --username a --database d',
  'add x --credential U --no-test --type pg --host db --username a --database d',
  'add x --provider S --type pg --host db --username a --database d',
  'add dev --host U',
  'run --env U -- true',
  'run --env=U -- true',
  'run -eU -- true',
  'run --env dev:S@x -- true',
  'run --env dev --passwrod S',
  'run --env dev --password=S -- true',
  'run --env dev --url U -- true',
  'run --env dev --url-style S -- true',
  'run --env dev --url-style U -- true',
  'run --env dev --only U -- true',
  'run --env dev --only S -- true',
  'run --env dev --provider U -- true',
  'run --env dev --via S -- true',
  'run --env dev --via U -- true',
  'run --env dev --verify=S -- true',
  'run --env dev --confirm S -- true',
  'run --env dev U',
  'run --env dev -- U',
  'run U',
  'list U',
  'list --password=S',
  'show U',
  'show dev U',
  'show U --env dev',
  'show --env U',
  'remove U',
  'remove U --all',
  'remove dev --yes U',
  'check --within S',
  'check U',
  'test U',
  'test dev --via U',
  'trust U',
  'log --last S',
  'log U',
  'generate S',
];

for (const line of mistakes) {
  test(line, async () => {
    const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost:1/shop' } });
    const args = line.split(' ').map((word) => word.replace(/S$|S(?=@)/, secret).replace(/U$/, url));
    assert.ok(args.some((word) => word.includes(secret)));
    const { code, output } = await shop.dbcreds(args, { env: { DBCREDS_DEBUG: '1' } });
    assert.is(code, line.startsWith('run --env dev -- U') || line === 'run --env dev U' ? 127 : 125, output);
    assert.equal(findSecret(output, secret), [], output);
    assert.equal(findSecret(readFileSync(shop.file), secret), []);
    // A part of it is too much as well.
    assert.not.match(output, /hunter/);
  });
}

test('what the command is given is its own, and no dry run shows it', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost:1/shop' } });
  await shop.store('dev', 'something-else-9');
  const { code, output } = await shop.dbcreds(['run', '-e', 'dev', '--dry-run', '--', 'echo', url]);
  assert.is(code, 0, output);
  assert.not.match(output, /hunter/);
  assert.match(output, /^command {3}echo$/m);
});

test('a variable that names the profile is not shown either', async () => {
  const shop = await Shop.open();
  const { code, output } = await shop.dbcreds(['run', '--', 'true'], { env: { DBCREDS_ENV: url } });
  assert.is(code, 125);
  assert.not.match(output, /hunter/);
});

test('a password that was typed is called known, and how to go on is told', async () => {
  const shop = await Shop.open();
  const { stderr, stdout } = await shop.dbcreds(['add', 'prod', '--passwrod', secret]);
  assert.is(stdout, '');
  assert.match(stderr, /^dbcreds: refused: --passwrod is not taken: every user of this machine can read/);
  assert.match(stderr, /take it for known: change it, and clear it from the history/);
  assert.match(stderr, /\n {2}be asked for it: {2}dbcreds add prod\n/);
  assert.match(stderr, /dbcreds add prod --password-stdin\n/);
});

test('words that hold no secret are shown, so that a slip is seen', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost:1/shop' } });
  const shown: [string[], RegExp][] = [
    [['lsit'], /"lsit"; did you mean "list"/],
    [['run', '-e', 'prdo-2', '--', 'true'], /no profile "prdo-2"/],
    [['add', 'Prod'], /"Prod" cannot be the name[\s\S]*dbcreds add prod\n/],
    [['run', '--hots', 'x'], /no option --hots/],
  ];
  for (const [args, what] of shown) assert.match((await shop.dbcreds(args)).stderr, what);
});

test.run();
