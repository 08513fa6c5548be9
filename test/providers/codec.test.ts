import { inspect } from 'node:util';
import fc from 'fast-check';
import type { DbcredsError } from '../../src/errors.ts';
import type { Record } from '../../src/profiles/record.ts';
import { assertFits, decode, encode } from '../../src/providers/codec.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { recordOf, refusal, target } from './kit.ts';

const test = suite('records as text');

const full: Record = {
  targets: [target, 'mysql://a@b:3306/c'],
  production: true,
  current: {
    password: new Secret('one'),
    setAt: Date.UTC(2026, 7, 14, 10),
    expiresAt: Date.UTC(2026, 10, 12, 10),
  },
  pending: { password: new Secret('two'), user: 'shop_b' },
  previous: { password: new Secret('three'), setAt: 0 },
  rotationId: 'r1',
  revision: 7,
};

/** Two secrets are equal to `assert.equal` whatever they hold. */
const plain = (record: Record): unknown => ({
  ...(JSON.parse(JSON.stringify(record)) as object),
  passwords: [record.current, record.pending, record.previous].map((slot) => slot?.password.reveal()),
});

test('reads as its words, with times in UTC without milliseconds', () => {
  assert.is(
    encode(full),
    '{"v":1,"targets":["postgresql://shop@db.example:5432/shop","mysql://a@b:3306/c"],"production":true,' +
      '"current":{"password":"one","setAt":"2026-08-14T10:00:00Z","expiresAt":"2026-11-12T10:00:00Z"},' +
      '"pending":{"password":"two","user":"shop_b"},"previous":{"password":"three","setAt":"1970-01-01T00:00:00Z"},' +
      '"rotationId":"r1","revision":7}',
  );
});

test('comes back as it was', () => {
  assert.equal(plain(decode(encode(full), 'x')), plain(full));
  assert.equal(plain(decode(encode(recordOf('p')), 'x')), plain(recordOf('p')));
});

test('any password comes back byte for byte, lone surrogates included', () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
      const password = units.join('');
      assert.is(decode(encode(recordOf(password)), 'x').current.password.reveal(), password);
    }),
    { numRuns: 500 },
  );
});

test('milliseconds are cut, never rounded up into the future', () => {
  const record = recordOf('p', { current: { password: new Secret('p'), setAt: Date.UTC(2026, 0, 1) + 999 } });
  assert.is(decode(encode(record), 'x').current.setAt, Date.UTC(2026, 0, 1));
});

test('what is malformed is refused by name, and never quoted', () => {
  const hidden = 'hunter2-hidden';
  const good = JSON.parse(encode(full)) as { [key: string]: unknown };
  const cases: [string, string, RegExp][] = [
    ['text', hidden, /not a JSON object/],
    ['cut off', encode(recordOf(hidden)).slice(0, -5), /not a JSON object/],
    ['a list', JSON.stringify([hidden]), /not a JSON object/],
    ['null', 'null', /not a JSON object/],
    ['newer', JSON.stringify({ ...good, v: 2 }), /version 1/],
    ['no version', JSON.stringify({ ...good, v: hidden }), /version 1/],
    ['no targets', JSON.stringify({ ...good, targets: [] }), /targets/],
    ['odd targets', JSON.stringify({ ...good, targets: [1] }), /targets/],
    ['production', JSON.stringify({ ...good, production: hidden }), /production/],
    ['revision', JSON.stringify({ ...good, revision: 0 }), /revision/],
    ['revision text', JSON.stringify({ ...good, revision: hidden }), /revision/],
    ['rotationId', JSON.stringify({ ...good, rotationId: 4 }), /rotationId/],
    ['no current', JSON.stringify({ ...good, current: undefined }), /current is not an object/],
    ['no password', JSON.stringify({ ...good, current: { passwort: hidden } }), /current.password/],
    ['password', JSON.stringify({ ...good, pending: { password: 4 } }), /pending.password/],
    ['user', JSON.stringify({ ...good, current: { password: hidden, user: 4 } }), /current.user/],
    ['time', JSON.stringify({ ...good, current: { password: hidden, setAt: 'x' } }), /current.setAt/],
    [
      'no day',
      JSON.stringify({ ...good, current: { password: hidden, setAt: '2026-02-30T00:00:00Z' } }),
      /setAt/,
    ],
    [
      'number',
      JSON.stringify({ ...good, previous: { password: hidden, expiresAt: 4 } }),
      /previous.expiresAt/,
    ],
  ];
  for (const [name, text, expected] of cases) {
    const error = refusal(() => decode(text, 'shop/prod'));
    assert.is(error.code, 'RECORD_INVALID', name);
    assert.match(error.message, expected, name);
    assert.match(error.message, 'shop/prod', name);
    assert.equal(error.hints[1]?.[1], 'dbcreds add prod');
    assert.not.ok(inspect(error, { depth: 9 }).includes('hunter2'), name);
  }
});

test('keys of a newer version stay, and those of a password go where it goes', () => {
  const before = JSON.stringify({
    ...(JSON.parse(encode(recordOf('first'))) as object),
    note: 'kept',
    current: {
      password: 'first',
      setAt: '2026-08-14T10:00:00Z',
      expiresAt: '2027-01-01T00:00:00Z',
      origin: 'import',
    },
  });
  const rotated = recordOf('second', { previous: { password: new Secret('first') }, revision: 2 });
  const after = JSON.parse(encode(rotated, before)) as { [key: string]: { [key: string]: unknown } };
  assert.equal(after.note, 'kept');
  assert.equal(after.previous, { password: 'first', origin: 'import' });
  assert.equal(after.current?.origin, undefined);
});

test('what another version or nobody wrote gives nothing to keep', () => {
  for (const before of ['{"v":2,"note":"x"}', 'no JSON', 'null', '[1]'])
    assert.is(encode(recordOf('p'), before), encode(recordOf('p')));
});

test('has room for a rotation below the limit of Windows, and says how much is too much', () => {
  const fits = (length: number): boolean => {
    try {
      assertFits(recordOf('x'.repeat(length)));
      return true;
    } catch (error) {
      assert.is((error as DbcredsError).code, 'RECORD_TOO_LARGE');
      return false;
    }
  };
  let most = 0;
  while (fits(most + 1)) most += 1;
  assert.ok(most >= 240 && most < 280, `${most}`);
  const slot = { password: new Secret('x'.repeat(most)), setAt: 0, expiresAt: 0 };
  const text = encode({
    ...recordOf(''),
    current: slot,
    pending: slot,
    previous: slot,
    rotationId: '0'.repeat(36),
    discardAt: 0,
    unpushed: Array(4).fill('vault kv put'),
    revision: 999_999,
  });
  assert.ok(text.length < 1280 && text.length > 1270, `${text.length}`);
  const error = refusal(() => assertFits(recordOf('"'.repeat(most))));
  assert.match(error.message, /^the record is \d+ UTF-16 units too large$/);
  assert.not.ok(inspect(error, { depth: 9 }).includes('"""'));
});

test.run();
