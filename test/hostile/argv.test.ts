import fc from 'fast-check';
import { readWords } from '../../src/cli/argv.ts';
import { commands } from '../../src/commands/table.ts';
import { DbcredsError, formatError } from '../../src/errors.ts';
import { newPlace } from '../helpers/place.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { assertPlain } from './victim.ts';

const test = suite('command lines of any shape');

const flags = commands.flatMap(({ options }) =>
  options.flatMap(({ flags }) => flags.split(/[ ,]+/).filter((word) => word.startsWith('-'))),
);
const names = commands.map(({ usage }) => usage.split(' ')[0] ?? '');
/** No NUL: the kernel passes none on. */
const text = fc.string({ unit: 'binary', maxLength: 10 }).map((one) => one.replaceAll('\0', ''));
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...names) },
  { weight: 6, arbitrary: fc.constantFrom(...flags) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('--', '-', '--help', '-h', '--version', '-v', 'help', 'dev', 'x', '', '='),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('__proto__', 'constructor', '--__proto__', '--constructor=x', '--toString'),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...flags), text).map(([flag, value]) => `${flag}=${value}`),
  },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: text.map((one) => `--${one}`) },
);
const argv = fc.array(word, { maxLength: 8 });

test('are read, or refused as such', () => {
  fc.assert(
    fc.property(argv, (words) => {
      try {
        assert.ok(readWords(words, commands).positionals);
      } catch (error) {
        if (!(error instanceof DbcredsError)) throw error;
        assert.is(error.code, 'USAGE', formatError(error));
      }
    }),
    {
      numRuns: 3000,
      examples: [[[]], [['']], [['--']], [['run', '--env']], [['run', '--env', '--']], [['-']]],
    },
  );
});

test('end in a status of ours, and never in what was not foreseen', async () => {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url: 'mysql://a@127.0.0.1:1/b' } } });
  const lines = fc.sample(argv, 150);
  const next = async (): Promise<void> => {
    for (let words = lines.pop(); words; words = lines.pop()) {
      const { code, signal, output } = await dbcreds(words, { place, input: 'hunter22-hunter22\n' });
      const line = JSON.stringify(words);
      assert.is(signal, null, line);
      assert.ok([0, 1, 9, 125, 126, 127].includes(code ?? -1), `${line} ended with ${code}: ${output}`);
      assert.not.match(output, /INTERNAL|hunter22|^\s+at .*\.cjs/m, line);
      // The help of a node that was asked for it, and not of ours, is not ours to keep plain.
      if (code === 125) assertPlain(output);
    }
  };
  await Promise.all([next(), next()]);
});

test.run();
