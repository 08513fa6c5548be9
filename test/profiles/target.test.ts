import fc from 'fast-check';
import { DbcredsError } from '../../src/errors.ts';
import {
  formatTarget,
  isHost,
  normalHost,
  parseTarget,
  parseUrl,
  type Target,
  targetOf,
} from '../../src/profiles/target.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('targets');

const same: [one: string, other: string][] = [
  ['postgres://u@H.Example/db', 'postgresql://u@h.example:5432/db'],
  ['postgresql://u@h.example.:5432/db', 'postgresql://u@h.example/db'],
  ['postgresql+psycopg://u@h/db', 'postgresql://u@h/db'],
  ['mysql2://u@h/db', 'mysql://u@h:3306/db'],
  ['postgresql://a%40b@h/d%2Fb', 'postgresql://a%40b@h:5432/d%2fb'],
  ['postgresql://u@[0:0:0:0:0:0:0:1]/db', 'postgresql://u@[::1]:5432/db'],
  ['postgresql://u@%2Frun%2Fpg%2F/db', 'postgresql://u@%2frun%2fpg/db'],
];

for (const [one, other] of same) {
  test(`${one} is ${other}`, () => {
    assert.is(formatTarget(parseTarget(one)), formatTarget(parseTarget(other)));
  });
}

const different: [one: string, other: string][] = [
  ['postgresql://u@localhost/db', 'postgresql://u@127.0.0.1/db'],
  ['mysql://u@h/db', 'mariadb://u@h/db'],
  ['postgresql://u@h/db', 'postgresql://U@h/db'],
  ['postgresql://u@h/db', 'postgresql://u@h/DB'],
];

for (const [one, other] of different) {
  test(`${one} is not ${other}`, () => {
    assert.is.not(formatTarget(parseTarget(one)), formatTarget(parseTarget(other)));
  });
}

const bad = [
  ...[
    '',
    'h',
    'oracle://u@h/db',
    'postgresql://h/db',
    'postgresql://u@/db',
    'postgresql://u@h',
    'postgresql://u@h/',
  ],
  ...['postgresql://u@a,b/db', 'postgresql://u@h/db#x', 'postgresql://u@h/%zz', 'postgresql://u@h:x/db'],
];

for (const text of bad) {
  test(`${JSON.stringify(text)} is no target`, () => {
    assert.throws(
      () => parseTarget(text),
      (error: unknown) => error instanceof DbcredsError && error.code === 'USAGE',
    );
  });
}

const word = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => text.trim() !== '');
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const hosts = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
  fc.ipV4(),
  fc.ipV6(),
  label.map((name) => `/run/${name}`),
);
const targets: fc.Arbitrary<Target> = fc.record({
  engine: fc.constantFrom('postgresql', 'mysql', 'mariadb'),
  user: word,
  host: hosts.map(normalHost).filter(isHost),
  port: fc.integer({ min: 1, max: 65_535 }),
  database: word,
});

/** One that another reader could take for something else is refused, and never read as another. */
const orRefused = (read: () => Target): Target | undefined => {
  try {
    return read();
  } catch (error) {
    assert.instance(error, DbcredsError);
    return undefined;
  }
};

test('what is written is read as the same', () => {
  let read = 0;
  fc.assert(
    fc.property(targets, (target) => {
      const again = orRefused(() => parseTarget(formatTarget(target)));
      if (again === undefined) return;
      read += 1;
      assert.equal({ ...again }, { ...target });
      assert.is(formatTarget(again), formatTarget(target));
    }),
    { numRuns: 500 },
  );
  assert.ok(read > 300, `${read} of 500`);
});

test('a password of any characters comes out of a URL as it went in', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (password) => {
      let encoded: string;
      try {
        encoded = encodeURIComponent(password);
      } catch {
        return; // A lone surrogate, which no URL can hold.
      }
      const url = parseUrl(`postgresql://u:${encoded}@h/db`);
      assert.is(url.password?.reveal(), password);
      assert.is(formatTarget(targetOf(url)), 'postgresql://u@h:5432/db');
    }),
    { numRuns: 500 },
  );
});

test('no text makes the reader fail but with an error of its own, which does not quote it', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    word.map((text) => `postgresql://u:hunter2hunter2@${text}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseUrl(text);
      } catch (error) {
        assert.instance(error, DbcredsError);
        assert.not.match((error as DbcredsError).message, 'hunter2');
      }
      assert.ok(true);
    }),
    { numRuns: 1000 },
  );
});

test.run();
