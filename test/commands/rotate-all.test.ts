import { readFileSync } from 'node:fs';
import type { Record } from '../../src/profiles/record.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';
import { freePort, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { type Account, openAccounts, outcomes } from './accounts.ts';
import { codeOf, must, Shop, urlOf } from './kit.ts';
import { accepts, passwordsOf, writeOwn } from './rotation.ts';

const test = suite('rotate --all', { needs: ['postgresql', 'mariadb'] });

const day = 86_400_000;
const tls = { mode: 'verify-full', ca: 'ca.pem' };

const expiringIn =
  (span: number) =>
  (record: Record): Record => ({
    ...record,
    current: { ...record.current, expiresAt: Date.now() + span },
  });

test('each outcome is told, none stops or hides another, and one that failed makes it 1', async () => {
  const [postgresql, mariadb] = [await use('postgresql'), await use('mariadb')];
  const closed = await freePort();
  const { shop, accounts } = await openAccounts(
    { good: postgresql, other: mariadb, wrong: mariadb, begun: postgresql },
    () => ({
      down: { url: `postgresql://app@localhost:${closed}/shop` },
      broken: { url: 'postgresql://app@localhost/shop', tls: { mode: 'sometimes' } },
      given: { url: 'postgresql://app@localhost/given' },
      without: { url: 'postgresql://app@localhost/without' },
    }),
  );
  await shop.store('down', 'q7Xc-Lm2vTz9KpWb4RyNs8Hd');
  await shop.store('wrong', 'q7Xc-Lm2vTz9KpWb4RyNs8Hd');
  const pending = { password: new Secret('Kq2-vNf8sWx4Lb7mRt0ZpCyH'), setAt: Date.now() };
  await shop.alter('begun', (record) => ({ ...record, pending }));
  const env = { DBCREDS_GIVEN_URL: 'postgresql://app:x9Kd-2mQpLw7Tz@localhost/given' };
  const args = ['rotate', '--all', '--sole-holder'];
  const result = await shop.dbcreds([...args, '--json'], { env });
  assert.is(result.code, 1, result.output);
  assert.equal(outcomes(result.stdout), {
    good: 'rotated',
    other: 'rotated',
    wrong: 'failed WRONG_PASSWORD',
    begun: 'finished',
    down: 'failed REFUSED',
    broken: 'failed BAD_PROFILE',
    given: 'skipped READ_ONLY_PROVIDER',
  });
  for (const name of ['good', 'other', 'begun']) {
    const { server, login } = accounts[name] as Account;
    const [password = '', ...rest] = await passwordsOf(shop, name);
    assert.equal(rest, []);
    assert.ok(await accepts(server, login, password), name);
    assert.not(await accepts(server, login, login.password), name);
  }
  assert.is((await passwordsOf(shop, 'wrong'))[0], 'q7Xc-Lm2vTz9KpWb4RyNs8Hd');
  for (const code of ['WRONG_PASSWORD', 'REFUSED', 'BAD_PROFILE'])
    assert.is(result.stderr.match(new RegExp(`^dbcreds: .*\\(${code}\\)$`, 'gm'))?.length, 1, code);

  const words = await shop.dbcreds(args, { env });
  assert.match(words.stdout, /^shop\/good +rotated$/m);
  assert.match(words.stdout, /^shop\/down +failed: .*\(REFUSED\)$/m);
  assert.match(words.stdout, /^shop\/given +skipped: .*\(READ_ONLY_PROVIDER\)$/m);
});

test('one that is only read is passed by without a line in the log, until it has expired', async () => {
  const given = { url: 'postgresql://app@localhost/given', expires: '30d' };
  const days = (count: number): string => new Date(Date.now() - count * day).toISOString();
  const shop = await Shop.open(
    { given },
    { DBCREDS_GIVEN_URL: 'postgresql://app:x9Kd-2mQpLw7Tz@localhost/given' },
  );
  const rotate = (age: number) =>
    shop.dbcreds(['rotate', '--all'], { env: { DBCREDS_GIVEN_SET_AT: days(age) } });
  assert.match(must(await rotate(29)).stdout, /^shop\/given +skipped: .*\(READ_ONLY_PROVIDER\)$/m);
  assert.throws(() => shop.log(), /ENOENT/);
  const over = await rotate(31);
  assert.is(over.code, 1);
  assert.match(over.stdout, /^shop\/given +skipped: .*; it has expired$/m);
});

test('a time that is none is refused before production is confirmed', async () => {
  const url = 'postgresql://app@h.example/d';
  const shop = await Shop.open({ prod: { url, production: true } });
  await shop.store('prod', 'q7Xc-Lm2vTz9KpWb4RyNs8Hd');
  for (const option of ['--grace', '--valid-until'])
    assert.is(codeOf(await shop.dbcreds(['rotate', 'prod', option, 'long'])), 'USAGE');
});

test('those that others hold too are refused, and the rest goes on', async () => {
  const server = await use('postgresql');
  const { shop } = await openAccounts({ mine: server, ours: server });
  writeOwn(shop, { 'shop/mine': { soleHolder: true } });
  const result = await shop.dbcreds(['rotate', '--all', '--json']);
  assert.is(result.code, 1);
  assert.equal(outcomes(result.stdout), { mine: 'rotated', ours: 'refused SHARED_SECRET' });
});

test('--due takes those that expire within the span, those that did, and what is unfinished', async () => {
  const server = await use('postgresql');
  const { shop } = await openAccounts({
    soon: server,
    late: server,
    over: server,
    none: server,
    begun: server,
  });
  await shop.alter('soon', expiringIn(10 * day));
  await shop.alter('late', expiringIn(20 * day));
  await shop.alter('over', expiringIn(-day));
  const pending = { password: new Secret('Kq2-vNf8sWx4Lb7mRt0ZpCyH'), setAt: Date.now() };
  await shop.alter('begun', (record) => ({ ...record, pending }));
  const args = ['rotate', '--all', '--due', '14d', '--sole-holder', '--json'];
  const dry = must(await shop.dbcreds([...args, '--dry-run']));
  assert.equal(
    JSON.parse(dry.stdout).map(({ profile }: { profile: string }) => profile),
    ['shop/soon', 'shop/over', 'shop/begun'],
  );
  assert.equal(outcomes(must(await shop.dbcreds(args)).stdout), {
    soon: 'rotated',
    over: 'rotated',
    begun: 'finished',
  });
  // Those that were rotated have no date now, since the profile sets none.
  const again = must(await shop.dbcreds(['rotate', '--all', '--due', '14d', '--sole-holder']));
  assert.equal([again.stdout, again.stderr], ['', 'dbcreds: no stored password is to be rotated\n']);
});

test('two profiles of one record: once, and also where only the one that shares is due', async () => {
  const server = await use('postgresql');
  const { shop, accounts } = await openAccounts({ main: server });
  const { login } = accounts.main as Account;
  const reports = { url: urlOf(server, login), tls, provider: 'file', credential: 'main' };
  shop.write({ ...shop.profiles(), reports });
  const all = ['rotate', '--all', '--sole-holder', '--json'];
  assert.equal(Object.values(outcomes(must(await shop.dbcreds(all)).stdout)), ['rotated']);
  shop.write({ ...shop.profiles(), reports: { ...reports, expires: '1d' } });
  const seal = must(await shop.dbcreds(['trust', 'reports', '--print'])).stdout.trim();
  const env = { DBCREDS_REPORTS_SEAL: seal };
  const due = must(await shop.dbcreds([...all, '--due', '14d'], { env }));
  assert.equal(outcomes(due.stdout), { reports: 'rotated' });
  assert.is(shop.log().filter(({ event, outcome }) => event === 'rotate' && outcome === 'begun').length, 2);
});

/** The most users between whose first and last line the server's log has lines of each other. */
function mostAtOnce(server: Server, users: readonly string[]): number {
  const lines = readFileSync(server.log, 'utf8').split('\n');
  const spans = users.map((user) => {
    const own = [...lines.keys()].filter((at) => lines[at]?.includes(` ${user}@`));
    return [own[0] ?? 0, own.at(-1) ?? 0] as const;
  });
  return Math.max(...spans.map(([at]) => spans.filter(([from, to]) => from <= at && at <= to).length));
}

test('twelve at once are four at a time', async () => {
  const server = await use('postgresql');
  const names = Array.from({ length: 12 }, (_, at) => `p${at}`);
  const { shop, accounts } = await openAccounts(Object.fromEntries(names.map((name) => [name, server])));
  const result = must(
    await shop.dbcreds(['rotate', '--all', '--sole-holder', '--json'], { timeout: 90_000 }),
  );
  assert.equal(Object.values(outcomes(result.stdout)), Array(12).fill('rotated'));
  const users = Object.values(accounts).map(({ login }) => login.user);
  assert.is(mostAtOnce(server, users), 4);
});

test.run();
