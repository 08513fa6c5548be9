import { unknownCommand, unknownOption } from '../../src/cli/refusals.ts';
import { commands } from '../../src/commands/table.ts';
import { flagsOf, nameOf } from '../../src/commands/words.ts';
import { Shop } from '../commands/kit.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('cli: slips');

/** The command or option that a message suggests. */
const meant = (message: string): string | undefined => /did you mean "?([\w-]+)"?\?/.exec(message)?.[1];

test('every command is found again when one letter is wrong, missing or doubled', () => {
  for (const name of commands.map(nameOf)) {
    for (const slip of [
      `${name.slice(0, -1)}x`,
      name.slice(0, -1),
      `${name}${name.at(-1)}`,
      name.toUpperCase(),
    ]) {
      assert.is(meant(unknownCommand(slip, commands).message), name, slip);
    }
  }
});

test('what other programs call it leads to ours', () => {
  const words = {
    ls: 'list',
    rm: 'remove',
    delete: 'remove',
    new: 'add',
    get: 'show',
    exec: 'run',
  };
  for (const [word, name] of Object.entries({ ...words, ping: 'test', status: 'check', gen: 'generate' }))
    assert.is(meant(unknownCommand(word, commands).message), name, word);
});

test('an option of the client that connect starts: where it goes; but none with which a password is typed', async () => {
  const shop = await Shop.open();
  const hint = async (...args: string[]) => (await shop.dbcreds(['connect', 'dev', ...args])).stderr;
  assert.match(await hint('-c', 'select 1'), /behind --: +dbcreds connect dev -- -c\n/);
  assert.match(await hint('--dbname=x'), /behind --: +dbcreds connect dev -- --dbname\n/);
  assert.not.match(await hint('-phunter2'), /behind|hunter/);
  assert.not.match((await shop.dbcreds(['list', '-c'])).stderr, /behind/);
  const { stdout } = await shop.dbcreds(['connect', '--help']);
  assert.match(stdout, /^Usage: dbcreds connect \[name\] \[options\] \[-- args\.\.\.\]$/m);
});

test('options that other programs have lead to ours', async () => {
  const table: [string[], string][] = [
    [['run', '--profile', 'dev'], '--env'],
    [['show', '--environment=dev'], '--env'],
    [['add', 'x', '--dbname', 'd'], '--database'],
    [['add', 'x', '--sslmode=require'], '--tls'],
    [['add', 'x', '--sslrootcert', 'f'], '--tls-ca'],
    [['remove', 'x', '-y'], '--yes'],
    [['remove', 'x', '--force'], '--yes'],
  ];
  for (const [args, flag] of table) assert.is(meant((await dbcreds(args)).stderr), flag, args.join(' '));
  const short = await dbcreds(['run', '-p', 'dev', '--', 'true']);
  assert.match(short.stderr, /^dbcreds: run has no option -p \(USAGE\)/);
});

test('several profiles in one --env', async () => {
  const url = 'postgresql://app@localhost:1/shop';
  const shop = await Shop.open({ dev: { url }, 'dw-eu': { url } });
  for (const names of ['dev,dw-eu', 'dev dw-eu', 'dev, dw-eu']) {
    const { stderr } = await shop.dbcreds(['run', '--env', names, '--', 'true']);
    assert.match(
      stderr,
      /^dbcreds: one --env names one profile \(USAGE\)[\s\S]*--env dev --env dw-eu:DW_EU_ -- \.\.\.\n$/,
    );
  }
});

test('every long option is found again when two letters are swapped', () => {
  for (const command of commands) {
    const known = command.options.flatMap(({ flags }) => flagsOf(flags));
    for (const flag of known.filter((one) => one.length > 5)) {
      const slip = flag.slice(0, -2) + flag.at(-1) + flag.at(-2);
      const { message, kind } = unknownOption(slip, command, known, undefined);
      if (kind === 'refused') assert.match(flag, /password|url/);
      else if (slip !== flag) assert.ok(known.includes(meant(message) ?? ''), `${slip}: ${message}`);
    }
  }
});

test('a short option suggests nothing', async () => {
  const { stderr } = await dbcreds(['list', '-x']);
  assert.match(
    stderr,
    /^dbcreds: list has no option -x \(USAGE\)\n\n {2}its options: {2}dbcreds list --help\n$/,
  );
});

test('nothing near: the whole list', async () => {
  const { code, stdout, stderr } = await dbcreds(['bananas']);
  assert.is(code, 125);
  assert.is(stdout, '');
  assert.match(
    stderr,
    /^dbcreds: there is no command "bananas" \(USAGE\)\n\n {2}all commands: {6}dbcreds --help\n/,
  );
});

test('the command comes first', async () => {
  const run = await dbcreds(['--env', 'dev', '--', 'node', 'app.js']);
  assert.is(run.code, 125);
  assert.match(run.stderr, /comes first, then --env[\s\S]*dbcreds run --env \.\.\. -- \.\.\.\n$/);
  const list = await dbcreds(['--json', 'list']);
  assert.match(list.stderr, /comes first, then --json[\s\S]*dbcreds list --json/);
  const version = await dbcreds(['--version', 'list']);
  assert.match(version.stderr, /the command comes first/);
  assert.match((await dbcreds(['--nonsense'])).stderr, /there is no option --nonsense without a command/);
});

test('too few and too many words', async () => {
  const table: [string[], RegExp][] = [
    [['add'], /^dbcreds: add needs <name> \(USAGE\)\n\n {2}its form: {2}dbcreds add <name>\n$/],
    [['add', 'a', 'b'], /add takes one word, <name>, and not 2/],
    [['list', 'a'], /list takes no word behind it/],
    [['show', 'a', 'b'], /show takes one word, \[name\], and not 2/],
    [['generate', '32'], /generate takes no word behind it/],
  ];
  for (const [args, what] of table) {
    const { code, stderr } = await dbcreds(args);
    assert.is(code, 125);
    assert.match(stderr, what);
  }
});

test("a profile's name in place of a command, and none at all", async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost:1/shop' } });
  const named = await shop.dbcreds(['run', 'dev', '--', 'npm', 'start']);
  assert.match(named.stderr, /no profile was named[\s\S]*dbcreds run --env dev -- \.\.\.\n$/);
  const none = await shop.dbcreds(['run', '--', 'true']);
  assert.match(none.stderr, /Neither --env nor DBCREDS_ENV is set[\s\S]*dbcreds list\n$/);
  const empty = await shop.dbcreds(['run', '--env', '', '--', 'true']);
  assert.match(empty.stderr, /name of the profile is empty[\s\S]*variable that is not set/);
});

test('no command to run', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost:1/shop' } });
  const { code, stderr } = await shop.dbcreds(['run', '--env', 'dev', '--']);
  assert.is(code, 125);
  assert.match(stderr, /no command was given[\s\S]*dbcreds run --env dev -- node app\.js\n$/);
});

test('a profile that is not there: the near one, or how to add it', async () => {
  const shop = await Shop.open({ staging: { url: 'postgresql://app@localhost:1/shop' } });
  const near = await shop.dbcreds(['run', '-e', 'stagign', '--', 'true']);
  assert.match(near.stderr, /no profile "stagign"; did you mean "staging"\?/);
  assert.ok(near.stderr.includes(shop.file));
  const far = await shop.dbcreds(['run', '-e', 'ci', '--', 'true']);
  assert.match(far.stderr, /known {4}staging\n\n {2}add it: {2}dbcreds add ci\n$/);
});

test.run();
