import { parse } from 'dotenv';
import * as fc from 'fast-check';
import { linesWith, withoutVariables } from '../../src/providers/dotenv/scrub.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('lines are taken out of a .env text');

const cases: readonly (readonly [name: string, before: string, after: string])[] = [
  ['the first', 'X=1\nB=2\n', 'B=2\n'],
  ['the last, without a line end', 'A=1\nX=2', 'A=1\n'],
  ['between comments and empty lines', '# a\n\nX=1\n\n# b\nB=2', '# a\n\n\n# b\nB=2'],
  ['with blanks, export and a comment', 'A=1\n  export X = 1 # why\nB=2\n', 'A=1\nB=2\n'],
  ['CR LF', 'A=1\r\nX=1\r\nB=2\r\n', 'A=1\r\nB=2\r\n'],
  ['several lines in quotes', 'A=1\nX="a\nY=3\n b"\nB=2\n', 'A=1\nB=2\n'],
  ['not within the quotes of another', 'A="\nX=5\n"\nX=1\n', 'A="\nX=5\n"\n'],
  ['a byte order mark', '\uFEFFA=1\nX=1\n', '\uFEFFA=1\n'],
  ['a # in quotes', "X='a#b'\nB=2", 'B=2'],
  ['twice with one value', 'X=1\nA=2\nX=1\n', 'A=2\n'],
  ['nothing else of the name', 'XX=1\nX_Y=2\nX=3\nY=X\n', 'XX=1\nX_Y=2\nY=X\n'],
];

for (const [name, before, after] of cases) {
  test(name, () => {
    const { content, gone, kept } = withoutVariables(Buffer.from(before), ['X']);
    assert.is(content.toString(), after);
    assert.equal([gone, kept], [['X'], []]);
  });
}

test('bytes that are no UTF-8 stay', () => {
  const before = Buffer.from('A=\xe9\xa0\nX=1\nB=\xff\n', 'latin1');
  assert.is(withoutVariables(before, ['X']).content.toString('latin1'), 'A=\xe9\xa0\nB=\xff\n');
});

test('twice with two values: both stay, since only one was imported', () => {
  const before = Buffer.from('X=1\nX=2\nY=3\n');
  const { content, gone, kept } = withoutVariables(before, ['X', 'Y']);
  assert.equal([content.toString(), gone, kept], ['X=1\nX=2\n', ['Y'], ['X']]);
});

test('a value below its name stays: dotenv reads it, and the line alone would not take it along', () => {
  const before = Buffer.from('A=1\nX=\n"a secret"\n');
  const { content, kept } = withoutVariables(before, ['X']);
  assert.equal([content.equals(before), kept], [true, ['X']]);
});

test('nothing is taken out where the rest would read otherwise', () => {
  const before = Buffer.from('X=\n"\nA=1\n"\nX=\n');
  const { content, kept } = withoutVariables(before, ['X']);
  assert.equal([content.equals(before), kept], [true, ['X']]);
});

test('a reader finds all the others, whatever the file', () => {
  const piece = fc.constantFrom(
    ...[
      'X=1\n',
      'A=1\n',
      'X="\n',
      'B="q"\n',
      '"\n',
      "'\n",
      '# X=1\n',
      '\n',
      ' X: 1\n',
      'X = `\n',
      '`\n',
      '\\"',
      'C=#\r\n',
      'X=\n',
      '"q"\n',
      '=\n',
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const before = Buffer.from(pieces.join(''));
      const { content, gone } = withoutVariables(before, ['X']);
      const wanted = Object.entries(parse(before)).filter(([name]) => !gone.includes(name));
      assert.equal(Object.entries(parse(content)), wanted);
      if (gone.length === 0) assert.ok(content.equals(before));
    }),
    { numRuns: 2000 },
  );
});

test('the lines that still have it: plain, encoded, in a comment', () => {
  const text = Buffer.from('A=1\n# old: p@ss#word\nURL=postgres://u:p%40ss%23word@h/d\nB=p@ss\n');
  assert.equal(linesWith(text, new Secret('p@ss#word')), [2, 3]);
  assert.equal(linesWith(text, new Secret('p@ss')), []);
});

test.run();
