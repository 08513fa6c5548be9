import { codeOf, must, Shop, type Written } from '../commands/kit.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('a run inside a run');

const open = (more: Written = {}): Promise<Shop> =>
  Shop.open(
    {
      dev: { url: 'postgresql://app@localhost:5432/shop', ...more },
      other: { url: 'postgresql://o@localhost:5432/other', ...more },
    },
    { DBCREDS_DEV_PASSWORD: 'pw-of-dev', DBCREDS_OTHER_PASSWORD: 'pw-of-other' },
  );

const inner = (...args: string[]): string[] => [process.execPath, cli, 'run', ...args];
const show = ['--', 'sh', '-c', 'echo "$PGUSER $PGPASSWORD $DBCREDS_ACTIVE"'];

/** The inner run gets the passwords too, as a keychain would give them. */
const both = { DBCREDS_DEV_PASSWORD: 'pw-of-dev', DBCREDS_OTHER_PASSWORD: 'pw-of-other' };
const handOn = Object.entries(both).map(([name, value]) => `${name}=${value}`);

test('the same profile passes through, and needs no credential of its own', async () => {
  const shop = await open();
  const { stdout, stderr } = must(
    await shop.dbcreds(['run', '-e', 'dev', '--', ...inner('-e', 'dev', ...show)]),
  );
  assert.equal([stdout, stderr], ['app pw-of-dev shop/dev\n', '']);
  // One run, one line.
  assert.is(shop.log().length, 1);
});

test('npm scripts that call each other pass through as well', async () => {
  const shop = await open();
  const word = (args: string[]): string => args.map((arg) => `'${arg}'`).join(' ');
  shop.place.write('package.json', {
    scripts: {
      outer: word([process.execPath, cli, 'run', '-e', 'dev', '--', 'npm', 'run', '--silent', 'inner']),
      inner: word([process.execPath, cli, 'run', '-e', 'dev', '--', 'printenv', 'PGUSER']),
    },
  });
  const { stdout } = must(await shop.program('npm', ['run', '--silent', 'outer']));
  assert.is(stdout, 'app\n');
});

test('another profile is refused, and so is another prefix', async () => {
  const shop = await open();
  for (const name of ['other', 'dev:DW_']) {
    const result = await shop.dbcreds(['run', '-e', 'dev', '--', ...inner('-e', name, ...show)]);
    assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'NESTED']);
    assert.match(
      result.stderr,
      /\n {2}active {2}shop\/dev\n\nNothing was started\.\n\n {2}if you mean it: {2}dbcreds run --nested \.\.\.\n$/,
    );
  }
});

test('--nested, or "nested" in the profile: the inner one takes over', async () => {
  const shop = await open();
  const run = (...args: string[]) =>
    shop.dbcreds(['run', '-e', 'dev', '--', 'env', ...handOn, ...inner(...args, ...show)]);
  assert.is(must(await run('--nested', '-e', 'other')).stdout, 'o pw-of-other shop/dev,shop/other\n');
  const nested = await open({ nested: true });
  const result = await nested.dbcreds([
    'run',
    '-e',
    'dev',
    '--',
    'env',
    ...handOn,
    ...inner('-e', 'other', ...show),
  ]);
  assert.match(must(result).stdout, /^o pw-of-other /);
});

test('options that would change what is active are refused, not left out', async () => {
  const shop = await open();
  shop.place.write('my.env', 'A=1\n');
  const changes = [
    ['--only', 'PGUSER'],
    ['--pristine'],
    ['--read-only'],
    ['--url-style', 'jdbc'],
    ['-f', 'my.env'],
  ];
  for (const change of [...changes, ['--via', '127.0.0.1:1']]) {
    const result = await shop.dbcreds(['run', '-e', 'dev', '--', ...inner('-e', 'dev', ...change, ...show)]);
    assert.equal([result.code, result.stdout, codeOf(result)], [125, '', 'NESTED'], change.join(' '));
    assert.match(result.stderr, /--[a-z-]+ would change what is active here/);
  }
});

test('a dry run inside a run starts nothing', async () => {
  const shop = await open();
  const result = await shop.dbcreds([
    ...['run', '-e', 'dev', '--', 'env', ...handOn],
    ...inner('-e', 'dev', '--dry-run', ...show),
  ]);
  assert.match(must(result).stdout, /^profile {3}shop\/dev/);
  assert.not.match(result.stdout, /pw-of/);
});

test('--verify inside a run is not left out', async () => {
  const shop = await open();
  const result = await shop.dbcreds([
    ...['run', '-e', 'dev', '--', 'env', ...handOn],
    ...inner('-e', 'dev', '--verify', ...show),
  ]);
  assert.equal([result.code, result.stdout], [125, '']);
  assert.match(codeOf(result) ?? '', /^(REFUSED|TLS_|DATABASE|WRONG_PASSWORD)/);
});

test('two at once pass through where both are active, in any order', async () => {
  const shop = await open();
  const outer = ['run', '-e', 'dev', '-e', 'other:O_', '--'];
  must(await shop.dbcreds([...outer, ...inner('-e', 'other:O_', '-e', 'dev', ...show)]));
  assert.is(codeOf(await shop.dbcreds([...outer, ...inner('-e', 'other', ...show)])), 'NESTED');
});

test.run();
