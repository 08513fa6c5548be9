import { inspect } from 'node:util';
import type { Record } from '../../src/profiles/record.ts';
import { assertFits, decode, encode } from '../../src/providers/codec.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { recordOf, refusal } from './kit.ts';

const test = suite('what a rotation leaves in a record');

const until = Date.UTC(2026, 7, 14, 11);
const open: Record = recordOf('new', {
  previous: { password: new Secret('old') },
  rotationId: 'r1',
  discardAt: until,
  unpushed: ['gh secret', 'vault kv put'],
});

const keys = (text: string): { [key: string]: unknown } => JSON.parse(text);

test('reads as its words, and the time as all others', () => {
  assert.match(
    encode(open),
    '"rotationId":"r1","discardAt":"2026-08-14T11:00:00Z","unpushed":["gh secret","vault kv put"],"revision":1}',
  );
});

test('comes back as it was', () => {
  const { discardAt, unpushed } = decode(encode(open), 'x');
  assert.equal([discardAt, unpushed], [until, ['gh secret', 'vault kv put']]);
});

test('is not there where nothing was left', () => {
  const none = decode(encode(recordOf('p', { unpushed: [] })), 'x');
  assert.not.ok('discardAt' in none || 'unpushed' in none);
  assert.not.match(encode(recordOf('p', { unpushed: [] })), 'unpushed');
});

test('goes when it is taken out, while keys of a newer version stay', () => {
  const before = JSON.stringify({ ...keys(encode(open)), note: 'kept' });
  const { discardAt: _, unpushed: __, ...closed } = open;
  const after = keys(encode(closed, before));
  assert.equal([after.discardAt, after.unpushed, after.note], [undefined, undefined, 'kept']);
  const again = keys(encode({ ...open, discardAt: 0, unpushed: ['a'] }, before));
  assert.equal([again.discardAt, again.unpushed], ['1970-01-01T00:00:00Z', ['a']]);
});

const hidden = 'hunter2-hidden';
for (const [key, value, right] of [
  ['discardAt', hidden, /discardAt is not a time/],
  ['discardAt', until, /discardAt is not a time/],
  ['discardAt', '2026-02-30T00:00:00Z', /discardAt is not a time/],
  ['discardAt', null, /discardAt is not a time/],
  ['unpushed', hidden, /unpushed is not a list of texts/],
  ['unpushed', [hidden, 4], /unpushed is not a list of texts/],
  ['unpushed', { 0: hidden }, /unpushed is not a list of texts/],
  ['unpushed', null, /unpushed is not a list of texts/],
] as const) {
  test(`${key}: ${JSON.stringify(value)} is refused by name, and never quoted`, () => {
    const error = refusal(() => decode(JSON.stringify({ ...keys(encode(open)), [key]: value }), 'shop/prod'));
    assert.is(error.code, 'RECORD_INVALID');
    assert.match(error.message, right);
    assert.not.match(inspect(error, { depth: 9 }), 'hunter2');
  });
}

const fits = (record: Record): boolean => {
  try {
    assertFits(record);
    return true;
  } catch {
    return false;
  }
};

/** The longest password with which the record fits. */
function most(more: Partial<Record> = {}): number {
  let length = 0;
  while (fits(recordOf('x'.repeat(length + 1), more))) length += 1;
  return length;
}

test('what fits before a rotation fits at each of its steps', () => {
  const slot = { password: new Secret('x'.repeat(most())), setAt: 0, expiresAt: 0 };
  const steps: Partial<Record>[] = [
    { pending: slot },
    { pending: slot, previous: slot, discardAt: until },
    { previous: slot, unpushed: Array(4).fill('vault kv put') },
  ];
  for (const step of steps) {
    const record = { ...recordOf(''), current: slot, rotationId: '0'.repeat(36), ...step };
    assert.ok(fits(record));
    assert.ok(encode(record).length < 1280);
  }
});

test('longer names of push commands are counted as they are', () => {
  const usual = most({ unpushed: Array(4).fill('vault kv put') });
  assert.is(usual, most());
  assert.is(most({ unpushed: ['a'] }), usual);
  const many: string[] = Array(8).fill('vault kv put');
  // Each takes two quotes and a comma more, from the three passwords alike.
  assert.is(most({ unpushed: many }), usual - 20);
  const error = refusal(() => assertFits(recordOf('x'.repeat(usual), { unpushed: many })));
  assert.is(error.code, 'RECORD_TOO_LARGE');
  const { length } = JSON.stringify(many.slice(4));
  assert.match(error.message, /^the record is (\d+) UTF-16 units too large$/);
  const over = Number(/\d+/.exec(error.message)?.[0]);
  assert.ok(over > 0 && over < length, error.message);
});

test.run();
