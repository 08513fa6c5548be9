import { bindingGuard } from '../../src/guards/binding.ts';
import type { Finding, Situation } from '../../src/guards/index.ts';
import { type Seal, sealHash, sealOf } from '../../src/profiles/seal.ts';
import { parseTarget } from '../../src/profiles/target.ts';
import { assert, suite } from '../helpers/suite.ts';
import { production, situation } from './situation.ts';

const test = suite('the binding guard');

/** Level and message without the part that all share. */
const said = (finding: Finding | undefined): string | undefined =>
  finding && `${finding.level}: ${finding.message.replace(/^the password of (dev|prod) /, '')}`;

const judged = (given: Situation): string | undefined => said(bindingGuard(given));
const seal = situation().seal;
const both = [situation, production] as const;

test('silent where the record, the place and the seal are the ones that were allowed', () => {
  for (const make of both) assert.is(bindingGuard(make()), undefined);
});

test('a record of several targets opens each of them, and no other', () => {
  const { record } = situation();
  const targets = ['postgresql://a@b:5432/c', ...record.targets];
  assert.is(bindingGuard(situation({}, { record: { ...record, targets } })), undefined);
  const finding = bindingGuard(situation({}, { record: { ...record, targets: targets.slice(0, 1) } }));
  assert.is(said(finding), 'refuse: is for another target');
  assert.equal(finding?.facts, [['target', `${seal.target}  (allowed: postgresql://a@b:5432/c)`]]);
});

test('the same target spelled otherwise is another text: nothing is compared loosely', () => {
  const { record } = situation();
  for (const one of [
    seal.target.toUpperCase(),
    `${seal.target} `,
    `${seal.target}x`,
    seal.target.slice(0, -1),
    '',
  ]) {
    assert.is(
      judged(situation({}, { record: { ...record, targets: [one] } })),
      'refuse: is for another target',
      one,
    );
  }
});

const changes: { readonly [part in keyof Seal]-?: Seal[part] } = {
  target: 'postgresql://shop_app@evil:5432/shop',
  dial: '203.0.113.7:5432',
  tls: 'require',
  ca: 'a'.repeat(64),
  cert: 'b'.repeat(64),
  production: true,
  style: 'none',
  inject: '{"DB_HOST":"evil"}',
  server: 'evil:5432',
};

for (const [part, value] of Object.entries(changes)) {
  test(`${part}: added or changed since it was allowed`, () => {
    const allowed = { ...seal, [part]: value };
    for (const make of both) {
      const finding = bindingGuard(make({}, { seal, allowed }));
      assert.is(said(finding), 'refuse: was stored for another setting');
      assert.equal(
        finding?.facts?.map(([label]) => label),
        [part],
      );
      assert.match(finding?.facts?.[0]?.[1] ?? '', `(allowed: ${value})`);
      assert.is(
        said(bindingGuard(make({}, { seal, allowed, terminal: true }))),
        'ask: was stored for another setting',
      );
    }
  });

  test(`${part}: in the hash that a job expects`, () => {
    const hash = sealHash({ ...seal, [part]: value });
    const expectedSeal = sealHash(seal);
    assert.not.equal(hash, expectedSeal);
    for (const terminal of [false, true])
      assert.is(
        judged(situation({}, { sealHash: hash, expectedSeal, terminal })),
        'refuse: does not match DBCREDS_DEV_SEAL',
      );
    assert.is(judged(situation({}, { sealHash: expectedSeal, expectedSeal, placed: false })), undefined);
  });
}

test('a place that was never allowed is asked about on a terminal, with all of the seal', () => {
  const { allowed: _, ...never } = situation();
  const asked = bindingGuard({ ...never, terminal: true });
  assert.is(said(asked), 'ask: was never used from /srv/shop/dbcreds.json');
  assert.equal(asked?.facts, [
    ['file', '/srv/shop/dbcreds.json'],
    ['target', seal.target],
    ['dial', 'db.company.com:5432'],
    ['tls', 'verify-full'],
    ['production', 'false'],
    ['style', 'libpq'],
  ]);
  assert.is(judged(never), 'refuse: was never used from /srv/shop/dbcreds.json');
});

test('the seal that a job expects stands in for a place, and for nothing else', () => {
  const { allowed: _, ...never } = situation();
  const sealed = { ...never, sealHash: 'x', expectedSeal: 'x' };
  assert.is(bindingGuard(sealed), undefined);
  assert.is(
    judged({ ...sealed, record: { ...sealed.record, targets: ['postgresql://a@b:5432/c'] } }),
    'refuse: is for another target',
  );
  assert.is(
    judged({ ...sealed, expectedSeal: '' }),
    'refuse: cannot be used: DBCREDS_DEV_SEAL is set but empty',
  );
});

test('where something is allowed, a provider of the repository is held to it', () => {
  const other = { ...seal, production: true };
  const given = situation({}, { placed: false, allowed: other });
  assert.is(judged(given), 'refuse: was stored for another setting');
  assert.is(judged({ ...given, allowed: seal }), undefined);
});

test("a job's variables bind themselves, but for what the file adds", () => {
  const { allowed: _, ...job } = production({}, { placed: false });
  assert.is(bindingGuard(job), undefined);
  assert.is(
    judged({ ...job, redirects: ['a hostAddress', 'a CA of its own'], terminal: true }),
    'refuse: needs DBCREDS_PROD_SEAL, since /srv/shop/dbcreds.json sets a hostAddress and a CA of its own',
  );
});

test('what was confirmed for production must be called so by the file', () => {
  const { allowed: _, ...job } = situation({}, { placed: false });
  assert.is(bindingGuard(job), undefined);
  for (const confirm of ['dev', 'shop/dev'])
    assert.is(
      judged({ ...job, flags: { confirm } }),
      'refuse: was confirmed for production, but /srv/shop/dbcreds.json does not call it that',
    );
  assert.is(bindingGuard({ ...job, flags: { confirm: 'prod' } }), undefined);
});

test('a seal is the same wherever it is made', () => {
  const profile = {
    ...situation().profile,
    target: parseTarget('postgresql://shop_app@db.company.com/shop'),
    inject: { B: '{host}', A: '{url}' },
  };
  const files = { ca: Buffer.from('ca'), cert: Buffer.from('cert') };
  const made = sealOf(profile, files);
  assert.equal(made, sealOf({ ...profile, inject: { A: '{url}', B: '{host}' } }, files));
  assert.is(made.inject, '{"A":"{url}","B":"{host}"}');
  // Written down in jobs: another hash for the same profile would stop them all.
  assert.is(sealHash(seal), 'cfee8e8b7f14b33b6b743c8082ba5cb3c3692f01000e3bf6c9731c16a976cddd');
  assert.is(sealHash(made), '16a3bcb46ac328c2abb15f88808bf6ae68529978216c80887fe27f115e772b33');
});

test.run();
