import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Environment } from '../../src/context.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { Record } from '../../src/profiles/record.ts';
import { openEnv } from '../../src/providers/env.ts';
import { assert, suite } from '../helpers/suite.ts';
import { contextIn, freshFolder, profileIn, refOf, refused, target } from './kit.ts';

const test = suite('the env provider');
const folder = freshFolder();

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** Reads with variables named without their `DBCREDS_PROD_`. */
function read(parts: { [part: string]: string }, production = false): Promise<Record | undefined> {
  const env: Environment = Object.fromEntries(
    Object.entries(parts).map(([part, value]) => [`DBCREDS_PROD_${part}`, value]),
  );
  return openEnv(profileIn(folder), contextIn(folder, env)).get(refOf({ production }));
}

const passwordIn = async (parts: { [part: string]: string }): Promise<string | undefined> =>
  (await read(parts))?.current.password.reveal();

test('a URL says all', async () => {
  const record = await read({ URL: 'postgres://u%40x:p%2Fw@DB.Example./shop?sslmode=require' }, true);
  assert.equal(record?.targets, ['postgresql://u%40x@db.example:5432/shop']);
  assert.is(record?.current.password.reveal(), 'p/w');
  assert.equal([record?.production, record?.revision, record?.current.setAt], [true, 0, undefined]);
});

test('a password with its target', async () => {
  const record = await read({ PASSWORD: 'pw', TARGET: 'postgresql://shop@db.example/shop' }, true);
  assert.equal(record?.targets, [target]);
  assert.is(record?.current.password.reveal(), 'pw');
});

test("a bare password opens the profile's own target, but not in production", async () => {
  assert.equal((await read({ PASSWORD: 'pw' }))?.targets, [target]);
  const error = await refused(read({ PASSWORD: 'pw' }, true));
  assert.equal([error.code, error.kind], ['NOT_FOR_PRODUCTION', 'refused']);
  assert.is(error.hints[0]?.[1], `export DBCREDS_PROD_TARGET='${target}'`);
});

test('nothing set is nothing there, and other profiles do not count', async () => {
  assert.is(await read({}), undefined);
  const provider = openEnv(
    profileIn(folder),
    contextIn(folder, { DBCREDS_PRODUCTION_URL: 'x', DBCREDS_PROD_SEAL: 'x' }),
  );
  assert.is(await provider.get(refOf()), undefined);
  assert.is(provider.place, 'DBCREDS_PROD_*');
});

test('says where it reads, and is no place to write to', async () => {
  const provider = openEnv(
    profileIn(folder),
    contextIn(folder, { DBCREDS_PROD_URL_FILE: 'x', DBCREDS_PROD_SET_AT: '' }),
  );
  assert.is(provider.place, 'DBCREDS_PROD_URL_FILE, DBCREDS_PROD_SET_AT');
  assert.equal([provider.durable, provider.writable], [false, false]);
});

test('the date of the password, in each of its spellings', async () => {
  const cases: [string, number][] = [
    ['2026-08-14', Date.UTC(2026, 7, 14)],
    ['2026-08-14T10:30:00Z', Date.UTC(2026, 7, 14, 10, 30)],
    ['2026-08-14T10:30+02:00', Date.UTC(2026, 7, 14, 8, 30)],
    ['2026-08-14T10:30:00.123456Z', Date.UTC(2026, 7, 14, 10, 30, 0, 123)],
    ['1786701600', 1_786_701_600_000],
    ['1786701600123\n', 1_786_701_600_123],
  ];
  for (const [text, expected] of cases)
    assert.is((await read({ PASSWORD: 'x', SET_AT: text }))?.current.setAt, expected, text);
  for (const text of [
    'yesterday',
    '2026-02-30',
    '14.08.2026',
    '2026-08-14T10:30:00',
    '12',
    '-5',
    '2026-13-01',
    '2026-08-14T25:00:00Z',
  ]) {
    const error = await refused(read({ PASSWORD: 'x', SET_AT: text }));
    assert.is(error.code, 'BAD_VARIABLE', text);
    assert.match(error.message, 'DBCREDS_PROD_SET_AT is not a time');
  }
});

test('a password is every byte of its file but one last line end', async () => {
  const cases: [string | Uint8Array, string][] = [
    ['pw', 'pw'],
    ['pw\n', 'pw'],
    ['pw\r\n', 'pw'],
    ['pw\n\n', 'pw\n'],
    [' pw ', ' pw '],
    ['\uFEFFpw\r\n', 'pw'],
    ['pä😀\tß\n', 'pä😀\tß'],
  ];
  for (const [content, expected] of cases) {
    assert.is(await passwordIn({ PASSWORD_FILE: file('pw', content) }), expected);
  }
  // A carriage return before the line end belongs to it, and a byte order mark to the file.
  const password = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !text.endsWith('\r') && !text.startsWith('\uFEFF'));
  await fc.assert(
    fc.asyncProperty(password, async (password) => {
      assert.is(await passwordIn({ PASSWORD_FILE: file('any', `${password}\n`) }), password);
    }),
    { numRuns: 100, examples: [['"\'`$\\ %@:/?#\r.']] },
  );
});

test('each variable has its file', async () => {
  file('rel-url', `postgresql://shop:in-file@db.example/shop\n`);
  file('rel-time', '2026-08-14\n');
  const record = await read({ URL_FILE: 'rel-url', SET_AT_FILE: join(folder, 'rel-time') });
  assert.equal(record?.targets, [target]);
  assert.equal(
    [record?.current.password.reveal(), record?.current.setAt],
    ['in-file', Date.UTC(2026, 7, 14)],
  );
  const other = await read({ PASSWORD: 'x', TARGET_FILE: file('target', 'mysql://a@b/c\n') });
  assert.equal(other?.targets, ['mysql://a@b:3306/c']);
});

const secret = 'hunter2';
const wrong: [string, { [part: string]: string }, ErrorCode, RegExp][] = [
  ['empty URL', { URL: '' }, 'NO_CREDENTIAL', /^DBCREDS_PROD_URL is set but empty$/],
  [
    'empty password',
    { PASSWORD: '', TARGET: target },
    'NO_CREDENTIAL',
    /^DBCREDS_PROD_PASSWORD is set but empty$/,
  ],
  ['empty path', { URL_FILE: '' }, 'NO_CREDENTIAL', /^DBCREDS_PROD_URL_FILE is set but empty$/],
  ['empty file', { PASSWORD_FILE: file('empty', '\n') }, 'NO_CREDENTIAL', /names .*empty, which is empty$/],
  ['empty date', { PASSWORD: secret, SET_AT: '' }, 'NO_CREDENTIAL', /SET_AT is set but empty/],
  ['no password in the URL', { URL: 'postgresql://shop@db/shop' }, 'NO_CREDENTIAL', /URL without a password/],
  [
    'a target alone',
    { TARGET: target },
    'NO_CREDENTIAL',
    /neither DBCREDS_PROD_URL nor DBCREDS_PROD_PASSWORD is/,
  ],
  ['a date alone', { SET_AT: '2026-08-14' }, 'NO_CREDENTIAL', /DBCREDS_PROD_SET_AT is set, but/],
  [
    'both of a pair',
    { PASSWORD: secret, PASSWORD_FILE: 'x' },
    'BAD_VARIABLE',
    /_PASSWORD and .*_PASSWORD_FILE are both set/,
  ],
  ['both, one empty', { URL: '', URL_FILE: 'x' }, 'BAD_VARIABLE', /both set/],
  [
    'URL and password',
    { URL: `pg://u:${secret}@h/d`, PASSWORD: secret },
    'BAD_VARIABLE',
    /_URL and .*_PASSWORD are both/,
  ],
  [
    'URL and target',
    { URL: `pg://u:${secret}@h/d`, TARGET: target },
    'BAD_VARIABLE',
    /_URL and .*_TARGET are both/,
  ],
  [
    'not a URL',
    { URL: secret },
    'BAD_VARIABLE',
    /^DBCREDS_PROD_URL is not right: the connection URL cannot be read/,
  ],
  ['bad engine', { URL: `oracle://u:${secret}@h/d` }, 'BAD_VARIABLE', /scheme/],
  ['bad percent', { URL: `pg://u:${secret}%zz@h/d` }, 'BAD_VARIABLE', /percent-encoding/],
  ['no database', { URL: `pg://u:${secret}@h` }, 'BAD_VARIABLE', /names no database/],
  ['no user', { URL: `pg://:${secret}@h/d` }, 'BAD_VARIABLE', /names no user/],
  [
    'a password in the target',
    { PASSWORD: 'x', TARGET: `pg://u:${secret}@h/d` },
    'BAD_VARIABLE',
    /TARGET is not right/,
  ],
  [
    'no such file',
    { URL_FILE: '/no/such/file' },
    'BAD_VARIABLE',
    /names \/no\/such\/file, which does not exist/,
  ],
  ['a folder', { URL_FILE: folder }, 'BAD_VARIABLE', /not a regular file/],
  ['a device', { PASSWORD_FILE: '/dev/zero' }, 'BAD_VARIABLE', /not a regular file/],
  [
    'a huge file',
    { PASSWORD_FILE: file('huge', secret.repeat(10_000)) },
    'BAD_VARIABLE',
    /larger than 64 KiB/,
  ],
  [
    'UTF-16',
    { PASSWORD_FILE: file('utf16', Buffer.from(`\uFEFF${secret}`, 'utf16le')) },
    'BAD_VARIABLE',
    /not UTF-8/,
  ],
];
for (const [name, parts, code, message] of wrong)
  test(`refused: ${name}`, async () => {
    const error = await refused(read(parts));
    assert.is(error.code, code);
    assert.match(error.message, message);
    assert.not.ok(inspect(error, { depth: 9, showHidden: true }).includes(secret));
  });

test('a FIFO is refused at once instead of waited for', async () => {
  mkdirSync(join(folder, 'f'));
  const fifo = join(folder, 'f/fifo');
  execFileSync('mkfifo', [fifo]);
  const error = await refused(read({ PASSWORD_FILE: fifo }));
  assert.match(error.message, 'not a regular file');
});

test.run();
