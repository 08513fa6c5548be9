import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { must, Shop, type Written } from './kit.ts';

const test = suite('doctor', { needs: ['secret-service', 'pty'] });

interface Report {
  readonly ok: boolean;
  readonly problems: number;
  readonly warnings: number;
  readonly sections: readonly {
    readonly name: string;
    readonly remarks: readonly { level: string; message: string; hints: { command: string }[] }[];
  }[];
}

/** What the doctor says of a shop, a line each: `section level message`. */
async function examine(
  shop: Shop,
  env: Record<string, string | undefined> = {},
): Promise<{ code: number | null; said: string[]; hints: string[] }> {
  const { stdout, stderr, code } = await shop.dbcreds(['doctor', '--json'], { env });
  // Node itself prints there what it was asked to.
  if (env.NODE_DEBUG === undefined) assert.is(stderr, '');
  const report = JSON.parse(stdout) as Report;
  assert.equal([report.ok, code], [report.problems === 0, report.problems === 0 ? 0 : 1]);
  const all = report.sections.flatMap(({ name, remarks }) => remarks.map((remark) => ({ ...remark, name })));
  return {
    code,
    said: all.map(({ name, level, message }) => `${name} ${level} ${message}`),
    hints: all.flatMap(({ hints }) => hints.map(({ command }) => command)),
  };
}

const bad = (said: readonly string[]): string[] => said.filter((line) => !/^\w+ ok /.test(line));

const dev: Written = { url: 'postgresql://app@localhost:1/shop' };
const stored = { DBCREDS_DEV_URL: 'postgresql://app:pw-hidden-Zz9@localhost:1/shop' };

/** A shop of which there is nothing to say, but what a test plants; without a keychain. */
const quiet = (profiles: { [name: string]: Written } = { dev }): Promise<Shop> => Shop.open(profiles, stored);

/** A machine without a keychain: that is a warning where nothing uses one. */
const others = (said: readonly string[]): string[] =>
  bad(said).filter((line) => !/KEYCHAIN_MISSING/.test(line));

test('all is well: 0, on a terminal and without; nothing is asked of the keychain', async () => {
  const keychain = await Keychain.open('unlocked');
  const shop = await Shop.open({ dev: { ...dev, provider: 'keychain' } }, keychain.env);
  await shop.store('dev', 'pw-hidden-Zz9');
  const { code, said } = await examine(shop);
  assert.equal([code, bad(said)], [0, []]);
  assert.ok(said.some((line) => /^profiles ok shop\/dev: keychain, set in dbcreds\.json$/.test(line)));
  assert.ok(said.some((line) => /^keychain ok .* unlocked \(\d+ ms\)$/.test(line)));
  const screen = shop.terminal(['doctor']);
  await screen.expect(/all is well; no password was read/);
  assert.is((await screen.end()).code, 0);
  // A locked one would have to be opened to read an entry.
  await keychain.lock();
  const locked = await examine(shop);
  assert.equal([locked.code, bad(locked.said).length], [1, 1]);
  assert.match(bad(locked.said).join(), /^keychain problem .* is locked \(KEYCHAIN_LOCKED\)$/);
  assert.equal((await examine(shop, { DISPLAY: ':9' })).code, 0);
  await keychain.close();
});

test('no keychain: a problem where a profile needs one, else a warning', async () => {
  const shop = await quiet();
  const { code, said } = await examine(shop);
  assert.equal([code, bad(said).length], [0, 1]);
  assert.match(bad(said).join(), /^keychain warning no D-Bus session: .* \(KEYCHAIN_MISSING\)$/);
  shop.write({ dev: { ...dev, provider: 'keychain' } });
  const needed = await examine(shop, { DBCREDS_DEV_URL: undefined });
  assert.is(needed.code, 1);
  assert.equal(
    bad(needed.said).map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['profiles warning', 'keychain problem'],
  );
});

test('a keychain that is started once it is used: no problem, and it is not started', async () => {
  const keychain = await Keychain.open('idle');
  const shop = await Shop.open({ dev: { ...dev, provider: 'keychain' } }, keychain.env);
  for (const { code, said } of [await examine(shop), await examine(shop)]) {
    assert.is(code, 0);
    assert.ok(said.includes('keychain ok the Secret Service does not run, and is started when it is used'));
  }
  await keychain.close();
});

test('no profile, since none can be read: no word of adding one', async () => {
  const shop = await quiet();
  chmodSync(shop.file, 0o666);
  const { code, said, hints } = await examine(shop);
  assert.is(code, 1);
  assert.ok(said.some((line) => line.startsWith('profiles warning none can be used')));
  assert.not.ok(hints.some((command) => command === 'dbcreds add dev'));
});

/** What to plant, and the line and the command that must come of it. */
const planted: readonly (readonly [
  what: string,
  plant: (shop: Shop) => Record<string, string | undefined> | undefined,
  line: RegExp,
  hint: RegExp,
])[] = [
  [
    'a profile file that others may write',
    ({ file }) => void chmodSync(file, 0o666),
    /^files problem .*dbcreds\.json can be written by everyone \(UNSAFE_FILE\)$/,
    /^chmod o-w /,
  ],
  [
    'a CA that is not there',
    (shop) => shop.write({ dev: { ...dev, tls: { mode: 'verify-full', ca: 'gone.pem' } } }) ?? undefined,
    /^files problem .*gone\.pem does not exist, at profiles\.dev\.tls\.ca/,
    /^/,
  ],
  [
    'a trust file that others may read',
    ({ place }) =>
      void place.write(join(place.home, '.local/share/dbcreds/trust.json'), '{"v":1,"places":{}}', 0o644),
    /^files problem .*trust\.json can be read or changed by others \(mode 0644\) \(UNSAFE_FILE\)$/,
    /^chmod 600 .*trust\.json$/,
  ],
  [
    'a folder of ours that others may write',
    ({ place }) => {
      mkdirSync(join(place.home, '.cache/dbcreds'), { recursive: true });
      chmodSync(join(place.home, '.cache/dbcreds'), 0o777);
      return undefined;
    },
    /^files problem .*\.cache\/dbcreds is open to others \(mode 0777\)$/,
    /^chmod 700 /,
  ],
  [
    'a variable that prints environments',
    () => ({ NODE_DEBUG: 'child_process' }),
    /^surroundings problem NODE_DEBUG would print/,
    /^unset NODE_DEBUG$/,
  ],
  [
    'a password for every program of the shell',
    () => ({ PGPASSWORD: 'pw-hidden-Zz9' }),
    /^surroundings warning PGPASSWORD is set/,
    /^unset PGPASSWORD$/,
  ],
  [
    'a switch that accepts any certificate',
    () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    /^surroundings warning NODE_TLS_REJECT_UNAUTHORIZED=0/,
    /^/,
  ],
  [
    'a variable that is set but empty',
    () => ({ DBCREDS_DEV_URL: '' }),
    /^profiles problem shop\/dev: env, DBCREDS_DEV_URL is set, but empty$/,
    /^unset DBCREDS_DEV_URL$/,
  ],
  [
    'no client, and a PATH that depends on where one stands',
    () => ({ PATH: '.:/nowhere' }),
    /^clients warning no psql is on the PATH: connect needs one for postgresql$/,
    /install/,
  ],
];

for (const [what, plant, line, hint] of planted)
  test(`${what} is found`, async () => {
    const shop = await quiet();
    const { said, hints } = await examine(shop, plant(shop) ?? {});
    const found = others(said).filter((one) => line.test(one));
    assert.is(
      said.some((one) => /^node warning PATH/.test(one)),
      what.includes('PATH'),
    );
    assert.is(found.length, 1, said.join('\n'));
    assert.ok(hint.source === '^' || hints.some((one) => hint.test(one)), hints.join('\n'));
    assert.ok(!said.join('\n').includes('pw-hidden'));
  });

test('one bad profile hides no other', async () => {
  const shop = await quiet({ dev, broken: { url: 'postgresql://a@h/d', hots: 'x' } });
  const { said } = await examine(shop);
  assert.ok(
    others(said).some((line) => /^files problem .*BAD_PROFILE/.test(line)),
    said.join('\n'),
  );
  assert.ok(said.includes('profiles ok shop/dev: env, DBCREDS_DEV_URL is set'));
});

test('an option file that redirects: a problem for production alone', async () => {
  for (const [production, level] of [
    [false, 'warning'],
    [true, 'problem'],
  ] as const) {
    const url = 'mysql://app@localhost:1/shop';
    const shop = await quiet({
      dev: { url, ...(production ? { production, tls: { mode: 'verify-full' } } : {}) },
    });
    shop.place.write(join(shop.place.home, '.my.cnf'), '[client]\nhost=elsewhere\n', 0o600);
    const { said } = await examine(shop);
    assert.ok(
      said.some((line) => line.startsWith(`surroundings ${level} `) && /\.my\.cnf sets host/.test(line)),
      said.join('\n'),
    );
  }
});

test('rotations without an end, by the log', async () => {
  const day = 86_400_000;
  const at = (ago: number) => new Date(Date.now() - ago * day).toISOString();
  const entry = (event: string, outcome: string, ago: number, more: object = {}) =>
    `${JSON.stringify({ at: at(ago), event, outcome, profile: 'shop/dev', pid: 999_999_999, ...more })}\n`;
  const cases: readonly (readonly [string, RegExp | undefined])[] = [
    [entry('rotate', 'begun', 2), /rotation was begun .* no end of it is known$/],
    [entry('rotate', 'failed', 2), /no end of it is known$/],
    [entry('rotate', 'begun', 2) + entry('rotate', 'done', 2), undefined],
    [entry('rotate', 'begun', 2) + entry('run', 'refused', 1), /no end of it is known$/],
    [entry('rotate', 'begun', 2) + entry('run', 'launching', 1), undefined],
    [entry('rotate', 'done', 9, { until: at(5) }), /old password should have been discarded by/],
    [entry('rotate', 'done', 9, { until: at(-5) }), undefined],
    [entry('rotate', 'done', 9, { until: at(5) }) + entry('connect', 'launching', 1), undefined],
  ];
  for (const [log, expected] of cases) {
    const shop = await quiet();
    const folder = join(shop.place.home, '.local/state/dbcreds');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'runs.jsonl'), log, { mode: 0o600 });
    const [found] = others((await examine(shop)).said);
    if (expected === undefined) assert.is(found, undefined, log);
    else assert.match(found ?? log, expected);
  }
});

test('for people: sections, marks, what to type', async () => {
  const shop = await quiet();
  const { stdout } = must(await shop.dbcreds(['doctor']));
  assert.match(stdout, /^node\n {2}ok {7}Node /);
  assert.match(stdout, /\n {2}warning {2}no D-Bus session/);
  assert.match(stdout, /\n0 problems, 1 warning; no password was read, and nothing dialled: .*\n$/);
});

test.run();
