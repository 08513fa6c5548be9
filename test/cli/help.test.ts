import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/commands/table.ts';
import { nameOf } from '../../src/commands/words.ts';
import { newPlace } from '../helpers/place.ts';
import { cli, dbcreds, program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('cli: help and version');

const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

test('the version, on stdout', async () => {
  for (const flag of ['--version', '-v', '-V']) {
    const { stdout, stderr, code } = await dbcreds([flag]);
    assert.equal([stdout, stderr, code], [`dbcreds ${version}\n`, '', 0]);
  }
});

test('the overview, on stdout where it was asked for', async () => {
  const { stdout, stderr, code } = await dbcreds(['--help']);
  assert.equal([stderr, code], ['', 0]);
  for (const row of commands) assert.ok(stdout.includes(row.summary.slice(0, 30)), nameOf(row));
  for (const argv of [['-h'], ['help']]) assert.is((await dbcreds(argv)).stdout, stdout);
});

test('without a word, the overview as an error: stdout may be somebody else', async () => {
  const { stdout, stderr, code } = await dbcreds([]);
  assert.equal([stdout, code], ['', 125]);
  assert.is(stderr, (await dbcreds(['--help'])).stdout);
});

for (const row of commands) {
  const name = nameOf(row);
  test(`${name} --help`, async () => {
    const { stdout, stderr, code } = await dbcreds([name, '--help']);
    assert.equal([stderr, code], ['', 0]);
    for (const argv of [
      ['help', name],
      ['--help', name],
      [name, '-h'],
    ])
      assert.is((await dbcreds(argv)).stdout, stdout);
    for (const { flags } of row.options) assert.ok(stdout.includes(`\n  ${flags} `), flags);
    assert.match(stdout, /\nExit status: 0|\nExit status: the (command|client)'s own/);
    assert.match(stdout, /\nExamples: dbcreds /);
    const width = Math.max(...stdout.split('\n').map((line) => line.length));
    assert.ok(width <= 100, `${width} columns`);
    assert.not.match(stdout, /[ \t]$/m);
  });
}

test('the second columns stand below each other', async () => {
  const { stdout } = await dbcreds(['add', '--help']);
  const starts = stdout.split('\n').flatMap((line) => /^ {2}-\S.*? {2,}(?=\S)/.exec(line)?.[0].length ?? []);
  assert.ok(starts.length > 10);
  assert.is(new Set(starts).size, 1);
});

/** Prints, when the program ends, what it loaded. */
const spy = `process.on('exit', () => require('fs').writeFileSync(process.env.LOADED, [
  ...Object.keys(require.cache), ...process.moduleLoadList].join('\\n')));`;

async function loaded(args: readonly string[]): Promise<{ ours: string[]; node: string[] }> {
  const place = newPlace();
  const list = join(place.tmp, 'loaded');
  const hook = place.write('spy.cjs', spy);
  const env = { LOADED: list, NODE_OPTIONS: `--require=${hook}` };
  const { code, output } = await program(process.execPath, [cli, ...args], { place, env });
  assert.is(code, 0, output);
  const names = readFileSync(list, 'utf8')
    .split('\n')
    .filter((name) => name !== hook);
  return {
    ours: names.filter((name) => name.startsWith('/')).map((name) => name.replace(/.*\/dist\//, '')),
    node: names.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13)),
  };
}

const heavy = [
  'child_process',
  'crypto',
  'net',
  'tls',
  'http',
  'https',
  'dns',
  'tty',
  'readline',
  'worker_threads',
];

test('the version and the help load what they show, and nothing heavy of Node', async () => {
  const bare = await loaded(['--version']);
  assert.equal(bare.ours.sort(), ['cli.cjs', 'core.cjs']);
  const help = await loaded(['add', '--help']);
  assert.equal(help.ours.sort(), ['cli-help.cjs', 'cli.cjs', 'commands-table.cjs', 'core.cjs']);
  for (const { node } of [bare, help]) {
    assert.ok(node.includes('fs'), 'the list is of modules');
    assert.equal(
      heavy.filter((name) => node.includes(name)),
      [],
    );
  }
});

test('the spy sees what is loaded', async () => {
  const { ours } = await loaded(['generate']);
  assert.ok(ours.includes('commands-generate.cjs'));
});

test.run();
