import { assert, suite } from '../helpers/suite.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('list, show and check');

const day = 86_400_000;
const ago = (days: number): string =>
  new Date(Date.now() - days * day).toISOString().slice(0, 19).concat('Z');
const url = 'postgresql://app@localhost:5432/shop';
const secret = 'a-Secret-of-the-job-1';

/** One profile in each state, named after it. */
async function every(): Promise<Shop> {
  const shop = await Shop.open({
    never: { url, expires: 'none' },
    fresh: { url, expires: '90d', production: true, tls: { mode: 'verify-full' } },
    soon: { url, expires: '90d' },
    old: { url, expires: '90d' },
    older: { url, expires: '60d' },
    undated: { url, provider: 'env' },
    lacking: { url },
    locked: { url, file: { path: 'locked.age' } },
    broken: { url, tls: { mode: 'verify' } },
  });
  const set = { NEVER: 400, FRESH: 1, SOON: 80, OLD: 100, OLDER: 200 };
  for (const [name, days] of Object.entries(set))
    Object.assign(shop.env, {
      [`DBCREDS_${name}_URL`]: url.replace('@', `:${secret}@`),
      [`DBCREDS_${name}_SET_AT`]: ago(days),
    });
  Object.assign(shop.env, { DBCREDS_UNDATED_PASSWORD: secret });
  shop.place.write('locked.age', 'age-encryption.org/v1\nnonsense\n', 0o600);
  return shop;
}

interface Row {
  readonly profile: string;
  readonly state: string;
  readonly [key: string]: unknown;
}

test('list: every profile in a row, a broken one too, with columns that stand below each other', async () => {
  const shop = await every();
  const { stdout, stderr } = must(await shop.dbcreds(['list']));
  assert.is(stderr, '');
  const [head = '', ...rows] = stdout.trimEnd().split('\n');
  assert.equal(head.split(/ {2,}/), ['PROFILE', 'TARGET', 'AGE', 'EXPIRES', 'KEPT IN']);
  assert.is(rows.length, 9);
  const at = ['TARGET', 'AGE', 'EXPIRES', 'KEPT IN'].map((word) => head.indexOf(word));
  for (const row of rows.filter((line) => line.includes('@localhost')))
    for (const column of at.filter((index) => row.length > index)) assert.is(row[column - 1], ' ', row);
  assert.ok((at[1] ?? 0) < 70, 'a long message widens no column');
  const find = (name: string): string => rows.find((row) => row.startsWith(`shop/${name} `)) ?? '';
  assert.match(
    find('fresh'),
    /^shop\/fresh ! +app@localhost:5432\/shop +1 day +\d{4}-\d\d-\d\d \(8\d days\) +DBCREDS_FRESH_URL/,
  );
  assert.match(find('never'), /400 days +never +DBCREDS_NEVER_URL/);
  assert.match(find('old'), /100 days +EXPIRED \d{4}-\d\d-\d\d +DBCREDS_OLD_URL/);
  assert.match(find('undated'), /unknown +never +DBCREDS_UNDATED_PASSWORD$/);
  assert.match(find('lacking'), /no password +\(.*credentials\.age\)$/);
  assert.match(find('locked'), /not known +.+/);
  assert.match(find('broken'), /^shop\/broken +cannot be used: .*profiles\.broken\.tls\.mode is "verify"$/);
  assert.not.match(stdout, new RegExp(secret));
});

test('list --json: states, times in UTC, no secret', async () => {
  const shop = await every();
  const { stdout } = must(await shop.dbcreds(['list', '--json']));
  const rows: Row[] = JSON.parse(stdout);
  const states = Object.fromEntries(rows.map(({ profile, state }) => [profile.slice(5), state]));
  assert.equal(states, {
    never: 'ok',
    fresh: 'ok',
    soon: 'soon',
    old: 'expired',
    older: 'expired',
    undated: 'unknown',
    lacking: 'missing',
    locked: 'failed',
    broken: 'broken',
  });
  const { setAt, expiresAt, ...fresh } = rows.find(({ profile }) => profile === 'shop/fresh') ?? ({} as Row);
  assert.is(Date.parse(String(expiresAt)) - Date.parse(String(setAt)), 90 * day);
  assert.equal(fresh, {
    profile: 'shop/fresh',
    state: 'ok',
    production: true,
    engine: 'postgresql',
    user: 'app',
    host: 'localhost',
    port: 5432,
    database: 'shop',
    tls: 'verify-full',
    file: shop.file,
    provider: 'env',
    place: 'DBCREDS_FRESH_URL, DBCREDS_FRESH_SET_AT',
  });
  const error = rows.find(({ state }) => state === 'broken')?.error;
  assert.is((error as { code: string } | undefined)?.code, 'BAD_PROFILE');
  assert.not.match(stdout, new RegExp(secret));
});

test('check: expired first, then soon, then what cannot be told', async () => {
  const shop = await every();
  const { stdout, code } = await shop.dbcreds(['check']);
  assert.is(code, 1);
  const names = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/[ /]+/)[1]);
  assert.equal(names.slice(0, 3), ['older', 'old', 'soon']);
  assert.equal(names.slice(3, 7).sort(), ['broken', 'locked', 'lacking', 'undated'].sort());
  assert.match(stdout, /^shop\/old +expired 10 days ago, on \d{4}-\d\d-\d\d$/m);
  assert.match(stdout, /^shop\/soon +9 days left, until \d{4}-\d\d-\d\d$/m);
  assert.match(stdout, /^shop\/undated +of unknown age, and nothing bounds it$/m);
  assert.match(stdout, /^shop\/lacking +no password is stored$/m);
  assert.match(stdout, /^shop\/locked +not known: .* \(FILE_[A-Z]+\)$/m);
  assert.match(stdout, /^shop\/broken +cannot be used: /m);
  assert.match(stdout, /^shop\/never +never expires$/m);
  assert.match(stdout, /^shop\/fresh ! +8\d days left$/m);
  const json: Row[] = JSON.parse((await shop.dbcreds(['check', '--json'])).stdout);
  assert.equal(
    json.map(({ profile }) => profile.slice(5)),
    names,
  );
});

const statuses: readonly (readonly [days: number, args: string[], status: number])[] = [
  [1, [], 0],
  [80, [], 0],
  [80, ['--within', '5d'], 0],
  [80, ['--within', '14d'], 1],
  [80, ['--within', '2w'], 1],
  [100, [], 1],
  [100, ['--json'], 1],
];

for (const [days, args, status] of statuses) {
  test(`check ${args.join(' ')}, set ${days} days ago, valid for 90: status ${status}`, async () => {
    const env = { DBCREDS_DEV_URL: url.replace('@', ':pw@'), DBCREDS_DEV_SET_AT: ago(days) };
    const shop = await Shop.open({ dev: { url, expires: '90d' } }, env);
    assert.is((await shop.dbcreds(['check', ...args])).code, status);
  });
}

test('check: what could not be asked is not called "none expired"', async () => {
  const shop = await Shop.open({ dev: { url, file: { path: 'locked.age' } } });
  shop.place.write('locked.age', 'age-encryption.org/v1\nnonsense\n', 0o600);
  const { code, stdout } = await shop.dbcreds(['check']);
  assert.equal([code, /not known/.test(stdout)], [125, true]);
  shop.write({ dev: { url, nonsense: 1 } });
  assert.is((await shop.dbcreds(['check'])).code, 125);
  shop.write({ dev: { url } });
  assert.is((await shop.dbcreds(['check'])).code, 0);
});

test('check: --within is a time', async () => {
  for (const span of ['14', 'soon', '-1d', '']) {
    const shop = await Shop.open();
    assert.is(codeOf(await shop.dbcreds(['check', `--within=${span}`])), 'USAGE');
  }
});

test('no profile at all: where it was looked, and how to add one', async () => {
  const shop = await Shop.open();
  for (const command of ['list', 'check']) {
    const { stdout, stderr } = must(await shop.dbcreds([command]));
    assert.is(stdout, '');
    assert.match(
      stderr,
      /^dbcreds: no profile is in force here\n[\s\S]*profiles\.json\n\n {2}add one: {2}dbcreds add NAME\n$/,
    );
    assert.equal(JSON.parse(must(await shop.dbcreds([command, '--json'])).stdout), []);
  }
});

test.run();
