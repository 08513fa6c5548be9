import { judge } from '../../src/guards/index.ts';
import { confirmGuard, reasonGuard, tlsGuard } from '../../src/guards/production.ts';
import { parseTarget } from '../../src/profiles/target.ts';
import { assert, suite } from '../helpers/suite.ts';
import { now, production, situation } from './situation.ts';

const test = suite('what production asks for');

const level = (finding: { level: string } | undefined): string => finding?.level ?? 'silent';

test('confirmation: development is never asked', () => {
  for (const terminal of [true, false]) assert.is(confirmGuard(situation({}, { terminal })), undefined);
});

test('confirmation on a terminal: asked even where --confirm is there, unless remembered', () => {
  assert.is(level(confirmGuard(production({}, { terminal: true, flags: {} }))), 'ask');
  assert.is(level(confirmGuard(production({}, { terminal: true, flags: { confirm: 'prod' } }))), 'ask');
  assert.is(confirmGuard(production({}, { terminal: true, remembered: true })), undefined);
});

test('confirmation without a terminal: the name, or project/name, exactly', () => {
  const given = (confirm: string) => level(confirmGuard(production({}, { flags: { confirm } })));
  assert.is(given('prod'), 'silent');
  assert.is(given('shop/prod'), 'silent');
  for (const wrong of ['', 'PROD', 'prod ', 'dev', 'yes', 'other/prod', '1', 'true'])
    assert.is(given(wrong), 'refuse');
  assert.is(level(confirmGuard(production({}, { flags: {} }))), 'refuse');
  // What one terminal remembers is not for whoever has none.
  assert.is(level(confirmGuard(production({}, { flags: {}, remembered: true }))), 'refuse');
});

test('confirmation: a wrong name is not repeated, since it may be anything', () => {
  const finding = confirmGuard(production({}, { flags: { confirm: 'hunter2-typed-in-the-wrong-place' } }));
  assert.not.match(JSON.stringify(finding), 'hunter2');
});

const tls = (mode: 'disable' | 'require' | 'verify-ca' | 'verify-full', because?: string) => ({
  tls: { mode, stated: true, nodeExtraCa: false, ...(because ? { because } : {}) },
});

for (const mode of ['disable', 'require', 'verify-ca'] as const)
  test(`TLS ${mode}: development may, production may not, but for a reason`, () => {
    assert.is(tlsGuard(situation({ profile: tls(mode) })), undefined);
    assert.is(level(tlsGuard(production({ profile: tls(mode) }))), 'refuse');
    assert.is(tlsGuard(production({ profile: tls(mode, 'a private cable') })), undefined);
  });

test('TLS verify-full is silent; so is a socket of root or the server, and no other socket', () => {
  assert.is(tlsGuard(production({ profile: tls('verify-full') })), undefined);
  const target = parseTarget('postgresql://app@%2Frun%2Fpostgresql/shop');
  const profile = { ...tls('disable'), target };
  assert.is(tlsGuard(production({ profile }, { ownSocket: true })), undefined);
  const finding = tlsGuard(production({ profile }));
  assert.is(level(finding), 'refuse');
  assert.match(finding?.message ?? '', 'its socket belongs to neither root nor the server');
});

test('a reason: "always" everywhere, "no-terminal" only without one', () => {
  const table = [
    [undefined, false, 'silent'],
    [undefined, true, 'silent'],
    ['always', false, 'refuse'],
    ['always', true, 'refuse'],
    ['no-terminal', false, 'refuse'],
    ['no-terminal', true, 'silent'],
  ] as const;
  for (const [reason, terminal, expected] of table) {
    const changes = { profile: reason ? { reason } : {} };
    for (const make of [situation, production]) {
      assert.is(level(reasonGuard(make(changes, { terminal, flags: {} }))), expected);
      assert.is(level(reasonGuard(make(changes, { terminal, flags: { reason: '' } }))), expected);
      assert.is(reasonGuard(make(changes, { terminal, flags: { reason: 'ticket 12' } })), undefined);
    }
  }
});

test('where all is well nobody speaks, and where all is wrong everybody does', () => {
  assert.equal(judge(situation()), []);
  assert.equal(judge(production()), []);
  const profile = { ...tls('disable'), reason: 'always' as const };
  const env = { NODE_DEBUG: '*', SSLKEYLOGFILE: '/tmp/k' };
  const wrong = production({ profile, slot: { expiresAt: now - 1 } }, { env, flags: {} });
  assert.equal(
    judge(wrong).map(({ code, level: how }) => `${how} ${code}`),
    [
      'refuse EXPIRED',
      'refuse WEAK_TLS',
      'refuse UNSAFE_ENV',
      'refuse UNSAFE_ENV',
      'refuse REASON',
      'refuse CONFIRM',
    ],
  );
});

test.run();
