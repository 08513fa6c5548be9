import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examples } from '../../scripts/man-words.ts';
import { commands } from '../../src/commands/table.ts';
import { flagsOf, nameOf } from '../../src/commands/words.ts';
import { newPlace } from '../helpers/place.ts';
import { program } from '../helpers/program.ts';
import { readTree, withoutComments } from '../helpers/source.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';

const test = suite('the manual page', { needs: ['man'] });

const file = join(project, 'dist/dbcreds.1');

/** As a reader sees it, 80 columns wide. */
async function shown(): Promise<string> {
  const { man = '' } = await use('man');
  const env = { MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANOPT: undefined };
  const place = newPlace();
  const { stdout, stderr, code } = await program(man, ['--warnings', '-l', file], { place, env });
  assert.equal([stderr, code], ['', 0]);
  return stdout;
}

test('has every command with its options, summary and status, in its sections', async () => {
  const text = await shown();
  const headings = text.split('\n').filter((line) => /^[A-Z][A-Z ]+$/.test(line));
  assert.equal(headings, [
    ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'ENVIRONMENT', 'FILES'],
    ...['EXIT STATUS', 'EXAMPLES', 'SEE ALSO'],
  ]);
  for (const row of commands) {
    const from = text.indexOf(`\n   dbcreds ${nameOf(row)}`);
    const part = text.slice(from).replaceAll(/\s+/g, ' ');
    assert.ok(from > 0 && part.includes(`${row.summary}.`), nameOf(row));
    for (const { flags } of row.options)
      for (const flag of flagsOf(flags)) assert.match(part, new RegExp(`[ ,]${flag}[ ,]`));
    for (const example of row.examples) assert.ok(text.includes(`           ${example}\n`), example);
  }
});

test('is clean: nothing to say for mandoc but that there is no date before a release', async () => {
  const { mandoc = '' } = await use('man');
  const lint = async (path: string): Promise<string[]> => {
    const { stdout } = await program(mandoc, ['-T', 'lint', '-W', 'style', path]);
    return stdout.split('\n').filter((line) => line !== '' && !/missing date, using ""/.test(line));
  };
  assert.equal(await lint(file), []);
  const spoilt = newPlace().write('x.1', `${readFileSync(file, 'utf8')}.XX wrong\n`);
  assert.is((await lint(spoilt)).length, 1);
});

test('knows every variable that the program reads', async () => {
  const text = await shown();
  const source = [...readTree(join(project, 'src')).values()].map(withoutComments).join('\n');
  const read = new Set(source.match(/(?<=\benv\.)DBCREDS_[A-Z_]+|(?<=['"])DBCREDS_[A-Z_]+(?=['"])/g));
  for (const name of ['DBCREDS_ENV', 'DBCREDS_CONFIRM', 'DBCREDS_DEBUG', 'DBCREDS_ACTIVE', 'DBCREDS_AGE_KEY'])
    assert.ok(read.has(name), name);
  for (const name of read) assert.match(text, new RegExp(`^       ${name}$`, 'm'));
  for (const part of ['URL', 'PASSWORD', 'TARGET', 'SET_AT', 'SEAL'])
    assert.ok(text.includes(`DBCREDS_<NAME>_${part}`), part);
});

test('tells of commands that exist', () => {
  const lines = examples.flatMap(([, ...rest]) => rest).filter((line) => line.startsWith('dbcreds '));
  assert.ok(lines.length > 4);
  const names = commands.map(nameOf);
  for (const line of lines) assert.ok(names.includes(line.split(' ')[1] ?? ''), line);
});

test.run();
