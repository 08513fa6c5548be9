import { generatePassword } from '../../src/rotate/password.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { must } from './kit.ts';

const test = suite('generate');

const samples = Array.from({ length: 10_000 }, () => generatePassword().reveal());

test('32 characters that need no quoting in a URL, JSON, XML or a shell', () => {
  for (const text of samples) assert.match(text, /^[A-Za-z][A-Za-z0-9_-]{31}$/);
  assert.equal(samples.map(encodeURIComponent), samples);
});

test('every class in each', () => {
  for (const pattern of [/[a-z]/, /[A-Z]/, /[0-9]/, /[-_]/])
    assert.ok(samples.every((text) => pattern.test(text)));
});

test('no two are the same, and each place has the whole alphabet', () => {
  assert.is(new Set(samples).size, samples.length);
  for (let place = 0; place < 32; place++) {
    const seen = new Set(samples.map((text) => text[place]));
    assert.is(seen.size, place === 0 ? 52 : 64, `place ${place}`);
  }
});

/**
 * At most log2 of how much is thrown away is lost of the 192 bits. The share that is kept, by inclusion and exclusion: a
 * letter first, and none of upper case, lower case, digits, signs missing.
 */
test('at least 190 bits', () => {
  const classes = { lower: 26, upper: 26, digit: 10, sign: 2 };
  const sets = Object.keys(classes) as (keyof typeof classes)[];
  let kept = 0;
  for (let mask = 0; mask < 16; mask++) {
    const gone = sets.filter((_, bit) => mask & (1 << bit));
    const left = 64 - gone.reduce((sum, name) => sum + classes[name], 0);
    const letters = 52 - gone.filter((name) => name !== 'digit' && name !== 'sign').length * 26;
    kept += (gone.length % 2 ? -1 : 1) * (letters / 64) * (left / 64) ** 31;
  }
  assert.ok(kept > 0.3 && kept < 0.7, String(kept));
  const bits = 192 + Math.log2(kept);
  assert.ok(bits >= 190, String(bits));
});

test('signs are as frequent as the classes demand, and letters are not favoured', () => {
  const counts = new Map<string, number>();
  for (const char of samples.join('')) counts.set(char, (counts.get(char) ?? 0) + 1);
  const mean = (samples.length * 32) / 64;
  // A sign has to be there, which about a third of unfiltered draws have not.
  for (const [char, count] of counts)
    assert.ok(count > mean * 0.85 && count < mean * 1.7, `${char}: ${count} of ${mean}`);
});

test('the command prints one, and nothing else', async () => {
  const [one, two] = [must(await dbcreds(['generate'])), must(await dbcreds(['generate']))];
  for (const { stdout, stderr } of [one, two]) {
    assert.match(stdout, /^[A-Za-z][\w-]{31}\n$/);
    assert.is(stderr, '');
  }
  assert.is.not(one.stdout, two.stdout);
});

test.run();
