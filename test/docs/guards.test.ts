import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/commands/table.ts';
import { flagsOf, nameOf } from '../../src/commands/words.ts';
import { readTree } from '../helpers/source.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('docs/guards.md');

const page = readFileSync(join(project, 'docs/guards.md'), 'utf8');
const rows = [...page.matchAll(/^\|.*\| `([A-Z_]+)` \|$/gm)];

/** Refusals of a run that no guard of `src/guards` makes. */
const elsewhere = ['NESTED', 'READ_ONLY', 'ROTATION_UNFINISHED'];

test('has a row for each code of a guard, and none for another', () => {
  const source = readTree(join(project, 'src/guards'));
  const codes = [...source].flatMap(([, text]) =>
    [...text.matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code),
  );
  assert.ok(codes.length > 8);
  assert.equal(
    [...new Set(rows.map(([, code]) => code))].sort(),
    [...new Set([...codes, ...elsewhere])].sort(),
  );
});

test('names each option of a run that gives way to a guard', () => {
  const run = commands.find((row) => nameOf(row) === 'run');
  const flags = run?.options.flatMap((option) => flagsOf(option.flags)) ?? [];
  const overrides = ['--allow-expired', '--confirm', '--nested', '--reason'];
  for (const flag of overrides) assert.ok(flags.includes(flag) && page.includes(`\`${flag}`), flag);
  for (const flag of flags.filter((one) => /^--(allow|no|force|skip|ignore)-/.test(one)))
    assert.ok(overrides.includes(flag), `${flag} has no row`);
});

test.run();
