import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '../../src/commands/completion/answer.ts';
import { valuesOfOption, valuesOfPlace } from '../../src/commands/completion/values.ts';
import { commands } from '../../src/commands/table.ts';
import { flagsOf, nameOf } from '../../src/commands/words.ts';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds, program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('completion');

const known = { table: commands, profiles: () => ['dev', 'prod'] };

/** What fits at the end of a line: words, or what to hand over to. */
function fits(line: string): string {
  const words = line.split(' ').slice(1);
  const given = answer(words.slice(0, -1), words.at(-1) ?? '', known);
  if (given.kind === 'words') return given.words.map(([word]) => word).join(' ');
  return given.kind === 'files' ? '(files)' : `(command at ${given.at})`;
}

const lines: readonly (readonly [line: string, fits: string])[] = [
  ['dbcreds che', 'check'],
  ['dbcreds --ver', '--version'],
  ['dbcreds help ', commands.map(nameOf).join(' ')],
  ['dbcreds help run ', ''],
  ['dbcreds nothing ', ''],
  ['dbcreds show ', 'dev prod'],
  ['dbcreds show dev ', ''],
  ['dbcreds show --json p', 'prod'],
  ['dbcreds show -- ', 'dev prod'],
  ['dbcreds list --j', '--json'],
  ['dbcreds list --json=', ''],
  ['dbcreds log -n ', ''],
  ['dbcreds import a b ', '(files)'],
  ['dbcreds connect d', 'dev'],
  ['dbcreds connect dev -- ', '(files)'],
  ['dbcreds rotate --admin ', 'dev prod'],
  ['dbcreds run --env', '--env --env-file'],
  ['dbcreds run --env --env ', '(command at 3)'],
  ['dbcreds run -ep', '-eprod'],
  ['dbcreds run -e=p', '-e=prod'],
  ['dbcreds run --env=', '--env=dev --env=prod'],
  ['dbcreds run --env=dev ', '(command at 2)'],
  ['dbcreds run --env dev -- npm --s', '(command at 4)'],
  ['dbcreds run npm --env ', '(command at 1)'],
  ['dbcreds run -f ', '(files)'],
  ['dbcreds completion ', 'bash zsh fish powershell'],
  ['dbcreds completion zsh ', ''],
];

for (const [line, expected] of lines) test(`"${line}"`, () => assert.is(fits(line), expected));

test('whatever takes a value says what fits there, and the words are those of the help', () => {
  let lists = 0;
  for (const row of commands) {
    for (const place of row.usage
      .replace(/ \[--.*/, '')
      .split(' ')
      .slice(1))
      assert.ok(valuesOfPlace(place) !== undefined, `${row.usage}: ${place}`);
    for (const { flags, help } of row.options) {
      const values = valuesOfOption(flagsOf(flags).at(-1) ?? '');
      assert.is(values !== undefined, flags.includes('<'), `${nameOf(row)} ${flags}`);
      if (!Array.isArray(values) || !/,| or /.test(help) || /-url-style|-user/.test(flags)) continue;
      for (const value of values) assert.match(help, value);
      lists += values.length > 0 ? 1 : 0;
    }
  }
  assert.ok(lists > 5, String(lists));
});

const ask = (place: Place, words: readonly string[], env = {}): ReturnType<typeof dbcreds> =>
  dbcreds(['completion', 'bash', ...words], { place, env });

const url = 'postgresql://a@localhost/b';

test('profiles of both files; nothing else is opened, written, or said', async () => {
  const place = newPlace();
  // A provider that fails when it is opened, and a password that must not be looked at.
  const dev = { url, provider: 'file', file: { path: 'no/such/file.age' } };
  place.write('dbcreds.json', { project: 'shop', profiles: { dev } });
  place.write(join(place.home, '.config/dbcreds/profiles.json'), { profiles: { mine: { url } } }, 0o600);
  const env = { DBCREDS_DEV_PASSWORD: 'pw-4711-Zz9', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' };
  const { stdout, stderr, code } = await ask(place, ['run', '--env', ':'], env);
  assert.equal([stdout, stderr, code], ['dev\tprofile\nmine\tprofile\n', '', 0]);
  assert.equal(readdirSync(place.home).sort(), ['.config', 'work']);
});

test('what it opens: the files of profiles alone', async () => {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url } } });
  place.write(
    'spy.cjs',
    `for (const name of ['openSync', 'readFileSync']) {
    const real = require('fs')[name];
    require('fs')[name] = (file, ...rest) => (process._rawDebug(String(file)), real(file, ...rest));
  }`,
  );
  const env = { NODE_OPTIONS: `--require=${join(place.cwd, 'spy.cjs')}` };
  const { stdout, stderr } = await ask(place, ['run', '-e', ':'], env);
  assert.is(stdout, 'dev\tprofile\n');
  const opened = stderr.split('\n').filter((file) => file.startsWith(place.folder));
  assert.equal(opened, [join(place.cwd, 'dbcreds.json')]);
});

/** Names that a shell would run, or a terminal obey. */
const hostile = [
  '$(touch caught)',
  '`touch caught`',
  'a;touch caught',
  'a\nb',
  '\u001b]0;x\u0007',
  '-rf',
  '*',
  ':files',
];

test('a file with a hostile name has no names, and no error', async () => {
  for (const name of hostile) {
    const place = newPlace();
    place.write('dbcreds.json', { project: 'shop', profiles: { [name]: { url }, dev: { url } } });
    const { stdout, stderr, code } = await ask(place, ['show', ':']);
    assert.equal([stdout, stderr, code], ['', '', 0], name);
  }
});

test('a broken, foreign or missing file has no names, and no error', async () => {
  for (const plant of [
    () => newPlace(),
    () => planted('{'),
    () => planted('[]'),
    () => planted('{"project":"shop","profiles":{"dev":{"password":"x"}}', 0o644),
    () => planted('{"project":"shop","profiles":{"dev":{}}}', 0o666),
  ]) {
    const { stdout, stderr, code } = await ask(plant(), ['show', ':']);
    assert.equal([stdout, stderr, code], ['', '', 0]);
  }
});

function planted(text: string, mode = 0o644): Place {
  const place = newPlace();
  place.write('dbcreds.json', text, mode);
  return place;
}

test('bash runs nothing of what stands in the line or comes as an answer', async () => {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url } } });
  place.write('bin/dbcreds', "#!/bin/sh\nprintf '%s\\n' '$(touch caught)' '`touch caught`' '*'\n", 0o755);
  const script = `source "$1"; COMP_LINE='dbcreds show $(touch caught) "$(touch caught)'
COMP_WORDS=(dbcreds show '$(touch caught)' '"$(touch caught)') COMP_CWORD=3; _dbcreds; printf '%s|' "\${COMPREPLY[@]}"`;
  const file = place.write('c.bash', (await dbcreds(['completion', 'bash'])).stdout);
  const env = { PATH: `${place.cwd}/bin:${process.env.PATH}` };
  const { stdout } = await program('bash', ['-c', script, 'bash', file], { place, env });
  assert.is(stdout, '$(touch caught)|`touch caught`|*|');
  assert.not.ok(existsSync(join(place.cwd, 'caught')));
});

test('completion takes a shell, and nothing else from a person', async () => {
  const { stderr, code } = await dbcreds(['completion', 'bash', 'now']);
  assert.equal([code, /dbcreds completion --help/.test(stderr)], [125, true]);
});

test.run();
