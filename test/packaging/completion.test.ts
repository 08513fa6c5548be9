import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace, type Place } from '../helpers/place.ts';
import { cli, dbcreds, program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { find } from '../services/commands.ts';
import { use } from '../services/use.ts';

const test = suite('completion in the shells', { needs: ['shells', 'pty'] });

/** What is typed up to Tab, and what the line is then: in every shell the same, but for the blank at its end. */
const lines: readonly (readonly [typed: string, line: string])[] = [
  ['dbcreds sh', 'dbcreds show'],
  ['dbcreds help rot', 'dbcreds help rotate'],
  ['dbcreds show stag', 'dbcreds show staging'],
  ['dbcreds run --env pro', 'dbcreds run --env prod'],
  ['dbcreds run --env=pro', 'dbcreds run --env=prod'],
  ['dbcreds run -e staging:A_ -e pro', 'dbcreds run -e staging:A_ -e prod'],
  ['dbcreds run --reason "a b" --allow-e', 'dbcreds run --reason "a b" --allow-expired'],
  ['dbcreds add --provider key', 'dbcreds add --provider keychain'],
  ['dbcreds export --format my', 'dbcreds export --format my.cnf'],
  ['dbcreds add --tls-ca dbcr', 'dbcreds add --tls-ca dbcreds.json'],
  ['dbcreds add --tls-ca=dbcr', 'dbcreds add --tls-ca=dbcreds.json'],
  // From here on the line is another command's.
  ['dbcreds run -e prod -- zz-on', 'dbcreds run -e prod -- zz-only-here'],
  ['dbcreds run -e prod zz-on', 'dbcreds run -e prod zz-only-here'],
  ['dbcreds run --env=prod -- cat dbcr', 'dbcreds run --env=prod -- cat dbcreds.json'],
];

/** A project with profiles, and `dbcreds` in PATH. */
function ground(): Place & { readonly path: string } {
  const place = newPlace();
  const url = 'postgresql://a@localhost/b';
  place.write('dbcreds.json', { project: 'shop', profiles: { prod: { url }, staging: { url } } });
  const bin = join(place.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(cli, join(bin, 'dbcreds'));
  place.write(join(bin, 'zz-only-here'), '#!/bin/sh\n', 0o755);
  return { ...place, path: `${bin}:${process.env.PATH}` };
}

for (const [shell, args, setUp] of [
  ['bash', ['--norc', '--noprofile', '-i'], 'source <(dbcreds completion bash)'],
  ['zsh', ['-f', '-i'], 'autoload -Uz compinit; compinit -u -D; eval "$(dbcreds completion zsh)"'],
] as const)
  test(`${shell}, on a terminal`, async () => {
    const { [shell]: file = '' } = await use('shells');
    const place = ground();
    const env = { PATH: place.path, PS1: '> ', PROMPT_EOL_MARK: '' };
    const screen = new Terminal(file, args, { place, env, timeout: 30_000 });
    screen.answer(`${setUp}; echo rea''dy`);
    await screen.expect('ready\r\n');
    for (const [typed, line] of lines) {
      screen.send(`${typed}\t`);
      const rest = line.slice(typed.length);
      const shown = await screen
        .expect(new RegExp(`${literal(typed)}${spread(rest)}`))
        .catch((error) => error);
      assert.type(shown, 'string', `${typed}: ${shown}`);
      screen.send(keys.clear);
    }
  });

const literal = (text: string): string => text.replaceAll(/[.*+?()[\]{}|\\^$]/g, '\\$&');
/** zsh redraws as it likes. */
const spread = (text: string): string => [...text].map((letter) => `[^a-z]*?${literal(letter)}`).join('');

test('fish', async () => {
  const { fish = '' } = await use('shells');
  const place = ground();
  const script =
    'dbcreds completion fish | source; for line in $argv; echo "= $line"; complete -C $line; end';
  const typed = lines.map(([line]) => line);
  const { stdout, stderr } = await program(fish, ['--no-config', '-c', script, ...typed], {
    place,
    env: { PATH: place.path },
  });
  assert.is(stderr, '');
  const answers = stdout.split('= dbcreds ').slice(1);
  assert.is(answers.length, lines.length);
  for (const [index, [, line]] of lines.entries()) {
    const words = (answers[index] ?? '')
      .split('\n')
      .slice(1)
      .map((text) => text.split('\t')[0]);
    assert.ok(words.includes(line.split(' ').at(-1)), `${line}: ${words}`);
  }
});

const pwsh = find('pwsh');
const powershell = 'PowerShell';
if (pwsh)
  test(powershell, async () => {
    const place = ground();
    const own = lines.slice(0, 9);
    const script = `dbcreds completion powershell | Out-String | Invoke-Expression
foreach ($line in '${own.map(([typed]) => typed).join("','")}') {
  [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches |
    ForEach-Object { $_.CompletionText } | Join-String -Separator ' ' }`;
    const { stdout, output } = await program(pwsh, ['-NoProfile', '-NonInteractive', '-Command', script], {
      place,
      env: { PATH: place.path },
      timeout: 60_000,
    });
    for (const [index, [, line]] of own.entries())
      assert.is(stdout.split('\n')[index]?.trim().split(' ')[0], line.split(' ').at(-1), output);
  });
else test.skip(powershell, 'pwsh is not installed');

test('each script is that of its shell, and its file in the package', async () => {
  for (const [shell, word] of [
    ['bash', 'complete -F _dbcreds dbcreds'],
    ['zsh', '#compdef dbcreds'],
    ['fish', 'complete -c dbcreds'],
    ['powershell', 'Register-ArgumentCompleter -Native'],
  ] as const) {
    const { stdout, stderr, code } = await dbcreds(['completion', shell]);
    assert.equal([stderr, code], ['', 0]);
    assert.match(stdout, word);
  }
  const { stderr, code } = await dbcreds(['completion', 'tcsh']);
  assert.equal([code, /one of: +bash, zsh, fish, powershell/.test(stderr)], [125, true]);
});

test.run();
