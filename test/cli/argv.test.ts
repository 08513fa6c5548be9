import { optionsOf, readWords } from '../../src/cli/argv.ts';
import { commands } from '../../src/commands/table.ts';
import { nameOf } from '../../src/commands/words.ts';
import { Shop } from '../commands/kit.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('cli/argv');

interface Read {
  readonly command: string | undefined;
  readonly options: readonly string[];
  readonly positionals: readonly string[];
}

function read(...argv: string[]): Read {
  const { command, options, positionals } = readWords(argv, commands);
  return {
    command: command && nameOf(command),
    options: options.map(([flag, value]) => (value === undefined ? flag : `${flag}=${value}`)),
    positionals,
  };
}

const forms: readonly (readonly [argv: string[], options: string[], positionals: string[]])[] = [
  [['run', '--env', 'x'], ['--env=x'], []],
  [['run', '--env=x'], ['--env=x'], []],
  [['run', '-e', 'x'], ['--env=x'], []],
  [['run', '-ex'], ['--env=x'], []],
  [['run', '-e=x'], ['--env=x'], []],
  [['run', '--env', '-x'], ['--env=-x'], []],
  [['run', '--env', '--'], ['--env=--'], []],
  [['run', '--reason', '--env', '-e', 'x'], ['--reason=--env', '--env=x'], []],
  [['run', '--env='], ['--env='], []],
  [['run', '--env', ''], ['--env='], []],
  [['run', '--reason=a=b'], ['--reason=a=b'], []],
  [['run', '--reason', '==a'], ['--reason===a'], []],
  [['run', '-e', 'a', '-e', 'b:B_'], ['--env=a', '--env=b:B_'], []],
  [['run', '--env', 'a', '-eb:B_', '--env=c:C_'], ['--env=a', '--env=b:B_', '--env=c:C_'], []],
  // The first word that is no option begins the command, with all that follows.
  [['run', '-e', 'x', 'node', '-e', '1', '--env', 'y'], ['--env=x'], ['node', '-e', '1', '--env', 'y']],
  [['run', '-e', 'x', '--', 'node', '--', '-e'], ['--env=x'], ['node', '--', '-e']],
  [['run', '--', '--verify'], [], ['--verify']],
  [['run', '--'], [], []],
  [['run', '-', '-e'], [], ['-', '-e']],
  [['run', 'node', '--', 'x'], [], ['node', '--', 'x']],
  [['run', '-e', 'x', '', 'y'], ['--env=x'], ['', 'y']],
  // Elsewhere options may follow.
  [['add', 'x', '--port', '1', '--host', 'h'], ['--port=1', '--host=h'], ['x']],
  [['show', '--json', '--', '-x'], ['--json'], ['-x']],
  [['add', '--no-test', 'x'], ['--no-test'], ['x']],
];

for (const [argv, options, positionals] of forms) {
  test(JSON.stringify(argv), () => {
    assert.equal(read(...argv), { command: argv[0], options, positionals });
  });
}

test('help is a word and an option, in front and behind', () => {
  for (const argv of [
    ['help', 'add'],
    ['--help', 'add'],
    ['-h', 'add'],
    ['add', '--help'],
    ['add', '-h'],
  ]) {
    const { command, options } = read(...argv);
    assert.is(command, 'add');
    assert.is(options.join(' '), '--help');
  }
  for (const argv of [[], ['--help'], ['-v'], ['--version', '-h'], ['help']]) {
    assert.is(read(...argv).command, undefined);
  }
  assert.equal(read('run', 'node', '--help'), {
    command: 'run',
    options: [],
    positionals: ['node', '--help'],
  });
});

test('options have their names in camel case, their values as text, and what is repeated as a list', () => {
  const { options } = readWords(
    ['add', '--database', '007', '--tls-ca', '=x', '--no-test', '--production', 'x'],
    commands,
  );
  assert.equal(optionsOf(options), { database: '007', tlsCa: '=x', test: false, production: true });
  assert.equal(
    optionsOf([
      ['--env', 'a'],
      ['--env', ''],
      ['--env', 'c'],
    ]),
    { env: ['a', '', 'c'] },
  );
  assert.equal(optionsOf([['--no-test', 'x']]), { noTest: 'x' });
});

test('numbers and dashes stay what they are, all the way into a file', async () => {
  const shop = await Shop.open();
  const args = [
    '--type',
    'pg',
    '--host',
    '10.0.0.1',
    '--port',
    '5433',
    '--database',
    '007',
    '--username',
    '1e3',
  ];
  const more = ['--description', '--no-test', '--tls', 'verify-full', '--provider=env', '--no-test'];
  const { code, output } = await shop.dbcreds(['add', 'x', ...args, ...more]);
  assert.is(code, 0, output);
  assert.equal(shop.profiles().x, {
    description: '--no-test',
    url: 'postgresql://1e3@10.0.0.1:5433/007',
    tls: { mode: 'verify-full' },
  });
});

test('an option twice is an error where it has one value', async () => {
  const { code, stderr } = await dbcreds(['show', '-e', 'a', '-e', 'b']);
  assert.is(code, 125);
  assert.match(stderr, /^dbcreds: --env is given more than once \(USAGE\)$/m);
});

test('a value that is missing, and one that is too much', async () => {
  const [missing, much] = [
    await dbcreds(['run', '--env']),
    await dbcreds(['run', '--verify=1', '--', 'true']),
  ];
  assert.match(
    missing.stderr,
    /^dbcreds: --env needs a value \(USAGE\)\n\n {2}its form: {2}-e, --env <name>\n$/,
  );
  assert.match(much.stderr, /^dbcreds: --verify takes no value \(USAGE\)\n$/);
});

test.run();
