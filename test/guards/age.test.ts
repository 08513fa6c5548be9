import { ageGuard, expiryOf } from '../../src/guards/age.ts';
import type { Finding } from '../../src/guards/index.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { day, now, production, situation } from './situation.ts';

const test = suite('the age of a password');

/** `warn EXPIRED`, or `silent`. */
const said = (finding: Finding | undefined): string =>
  finding ? `${finding.level} ${finding.code}${finding.daily ? ' daily' : ''}` : 'silent';

const both = [
  ['development', situation],
  ['production', production],
] as const;

for (const [name, make] of both) {
  test(`${name}: refused from the very millisecond of its expiry`, () => {
    assert.is(said(ageGuard(make({ slot: { setAt: now - day, expiresAt: now } }))), 'refuse EXPIRED');
    assert.is(said(ageGuard(make({ slot: { setAt: now - day, expiresAt: now - 1 } }))), 'refuse EXPIRED');
    assert.match(
      said(ageGuard(make({ slot: { setAt: now - day, expiresAt: now + 1 } }))),
      'warn EXPIRES_SOON',
    );
  });

  test(`${name}: expired, but onExpired or --allow-expired lets it go with a warning`, () => {
    const slot = { setAt: now - 100 * day, expiresAt: now - 10 * day };
    assert.is(said(ageGuard(make({ slot, profile: { onExpired: 'warn' } }))), 'warn EXPIRED');
    const flags = { allowExpired: true };
    assert.is(said(ageGuard(make({ slot }, { flags }))), 'warn EXPIRED');
  });

  test(`${name}: warned of from the edge of "warn" on, and not before`, () => {
    const daily = name === 'development' ? ' daily' : '';
    const slot = (left: number) => ({ setAt: now - day, expiresAt: now + left });
    assert.is(said(ageGuard(make({ slot: slot(14 * day) }))), `warn EXPIRES_SOON${daily}`);
    assert.is(said(ageGuard(make({ slot: slot(14 * day + 1) }))), 'silent');
    assert.is(said(ageGuard(make({ slot: slot(day), profile: { warn: 0 } }))), 'silent');
    assert.is(
      said(ageGuard(make({ slot: slot(30 * day), profile: { warn: 30 * day } }))),
      `warn EXPIRES_SOON${daily}`,
    );
  });

  test(`${name}: a date of up to 5 minutes ahead is a clock that differs`, () => {
    const profile = { expires: 90 * day };
    const ahead = (ms: number) => make({ slot: { setAt: now + ms }, profile });
    assert.is(said(ageGuard(ahead(5 * 60_000))), 'silent');
    assert.is(said(ageGuard(ahead(5 * 60_000 + 1))), 'warn AGE_UNKNOWN');
  });

  test(`${name}: an unknown age is a warning where "expires" is set, and silent where it is "none"`, () => {
    assert.is(said(ageGuard(make({ slot: {}, profile: { expires: 90 * day } }))), 'warn AGE_UNKNOWN');
    assert.is(said(ageGuard(make({ slot: {}, profile: { expires: 'none' } }))), 'silent');
    assert.is(said(ageGuard(make({ slot: { setAt: now + day }, profile: { expires: 'none' } }))), 'silent');
    assert.is(
      said(ageGuard(make({ slot: { expiresAt: now + 50 * day }, profile: { expires: 90 * day } }))),
      'silent',
    );
  });
}

test('an unknown age without "expires": production warns, development does not', () => {
  assert.is(said(ageGuard(situation({ slot: {} }))), 'silent');
  assert.is(said(ageGuard(situation({ slot: { setAt: now + day } }))), 'silent');
  assert.is(said(ageGuard(production({ slot: {} }))), 'warn AGE_UNKNOWN');
  assert.is(said(ageGuard(production({ slot: { setAt: now + day } }))), 'warn AGE_UNKNOWN');
});

test('expiry is the earlier of the date fixed at storing and of setAt + expires', () => {
  const password = new Secret('x');
  assert.is(expiryOf({ expires: day }, { password, setAt: 5 }), 5 + day);
  assert.is(expiryOf({ expires: day }, { password, setAt: 5, expiresAt: 7 }), 7);
  assert.is(expiryOf({ expires: day }, { password, setAt: 5, expiresAt: 9 * day }), 5 + day);
  assert.is(expiryOf({ expires: 'none' }, { password, setAt: 5, expiresAt: 7 }), 7);
  assert.is(expiryOf({ expires: 'none' }, { password, setAt: 5 }), undefined);
  assert.is(expiryOf({ expires: day }, { password }), undefined);
  assert.is(expiryOf({}, { password, setAt: 5 }), undefined);
});

test('a refusal says how long ago, when it was set, and what to type', () => {
  const slot = { setAt: Date.parse('2026-05-04T00:00:00Z') };
  const finding = ageGuard(production({ slot, profile: { expires: 90 * day } }));
  assert.is(finding?.message, 'the password of prod expired 12 days ago');
  assert.equal(finding?.facts, [['set', '2026-05-04, valid 90 days, expired 2026-08-02']]);
  const typed = (finding?.hints ?? []).map(([, hint]) => hint);
  assert.ok(typed.includes('dbcreds run --env prod --allow-expired -- ...'));
});

test.run();
