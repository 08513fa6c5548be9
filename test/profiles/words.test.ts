import { isAddress, isLocal, parseDial } from '../../src/profiles/address.ts';
import { parseDuration, showDate, showSpan } from '../../src/profiles/duration.ts';
import { looksSecret } from '../../src/profiles/fail.ts';
import { assertName, variableOf } from '../../src/profiles/names.ts';
import { nearest } from '../../src/profiles/nearest.ts';
import { plainText } from '../../src/profiles/text.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('words of a profile');

test('durations', () => {
  const rows: [string, number][] = [
    ['0', 0],
    ['1s', 1000],
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['90d', 7_776_000_000],
    ['2w', 1_209_600_000],
    ['999999w', 999_999 * 604_800_000],
  ];
  for (const [text, ms] of rows) assert.is(parseDuration(text), ms, text);
  for (const text of [
    '',
    ' ',
    '1',
    '0d',
    '-1d',
    '+1d',
    '1.5h',
    '1 d',
    '1D',
    '1y',
    '1d ',
    '01d',
    '1e3d',
    '1000000d',
    'none',
    'd',
  ])
    assert.is(parseDuration(text), undefined, text);
});

test('spans and dates, for people', () => {
  const rows: [number, string][] = [
    [0, 'less than a minute'],
    [59_999, 'less than a minute'],
    [60_000, '1 minute'],
    [119_999, '1 minute'],
    [3_600_000, '1 hour'],
    [7_200_000, '2 hours'],
    [86_399_999, '23 hours'],
    [86_400_000, '1 day'],
    [-12 * 86_400_000, '12 days'],
  ];
  for (const [ms, text] of rows) assert.is(showSpan(ms), text);
  // The same on each machine of a team, whatever its zone: the last instant of a day, and the first.
  assert.is(showDate(Date.UTC(2026, 2, 29) - 1), '2026-03-28');
  assert.is(showDate(Date.UTC(2026, 2, 29)), '2026-03-29');
});

test('names, and their variables', () => {
  for (const name of ['a', 'prod', 'prod-eu', 'prod_eu', '1', '9-a_', 'a'.repeat(60)]) assertName(name);
  for (const name of [
    '',
    '-a',
    '_a',
    'A',
    'a/b',
    'a.b',
    'a b',
    'ä',
    'a\n',
    '__proto__',
    '../a',
    'a:b',
    'a'.repeat(0),
  ])
    assert.throws(() => assertName(name), /profile/);
  assert.is(variableOf('prod-eu_1'), 'PROD_EU_1');
});

test('what is dialled', () => {
  const rows: [string, string | undefined][] = [
    ['127.0.0.1', '127.0.0.1 5432'],
    ['127.0.0.1:6543', '127.0.0.1 6543'],
    ['localhost:6543', '127.0.0.1 6543'],
    ['LOCALHOST', '127.0.0.1 5432'],
    ['[::1]:6543', '::1 6543'],
    ['::1', '::1 5432'],
    ['[0:0::1]', '::1 5432'],
    ['255.255.255.255:65535', '255.255.255.255 65535'],
    ['127.0.0.1:0', undefined],
    ['127.0.0.1:65536', undefined],
    ['127.0.0.1:', undefined],
    ['127.0.0.1:5432:1', undefined],
    ['127.0.0.256', undefined],
    ['127.0.0', undefined],
    ['2130706433', undefined],
    ['0x7f000001', undefined],
    ['example.com:5432', undefined],
    ['127.0.0.1,10.0.0.1', undefined],
    ['127.0.0.1@evil', undefined],
    ['/tmp', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of rows) {
    const dial = parseDial(text, 5432);
    assert.is(dial && `${dial.host} ${dial.port}`, expected, text);
  }
});

test('what cannot be but this machine or its containers', () => {
  for (const host of [
    '/run/postgresql',
    '127.0.0.1',
    '127.8.9.1',
    '::1',
    'localhost',
    'db',
    'my-db_1',
    'a.localhost',
    'host.docker.internal',
  ])
    assert.ok(isLocal(host), host);
  // A resolver takes a bare number for an address.
  for (const host of [
    'db.example',
    '10.0.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '::',
    '::2',
    'fe80::1',
    '2130706433',
    '0x7f000001',
    '0X7F',
    '017700000001',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.1',
  ])
    assert.not.ok(isLocal(host), host);
  for (const text of ['1.2.3.4', '::', 'fe80::1', '::ffff:1.2.3.4']) assert.ok(isAddress(text), text);
  for (const text of ['1.2.3', '1.2.3.4.5', '1.2.3.256', 'a', '', 'fe80::1%eth0', 'g::1'])
    assert.not.ok(isAddress(text), text);
});

test('text that a terminal shows and does not obey', () => {
  for (const text of ['', 'shop', 'Grüße, 世界', '👩‍👩‍👧', ' a\u00a0b ', '~!@#$%^&*()'])
    assert.ok(plainText.test(text), text);
  const odd = [
    '\0',
    '\t',
    '\n',
    '\r',
    '\x1b',
    '\x7f',
    '\x80',
    '\x9b',
    '\x9f',
    '\u061c',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    '\ud800',
    '\udfff',
  ];
  for (const char of odd) assert.not.ok(plainText.test(`a${char}b`), JSON.stringify(char));
});

test('keys that are named like a secret', () => {
  for (const key of [
    'password',
    'PASSWORD',
    'pass',
    'passwd',
    'db_password',
    'passphrase',
    'pwd',
    'secret',
    'clientSecret',
    'pw',
    'token',
    'apiToken',
  ])
    assert.ok(looksSecret(key), key);
  for (const key of ['host', 'passage', 'tokens_per_second', 'secretary', 'compass_', 'DB_PASSWORD'])
    assert.not.ok(looksSecret(key), key);
});

test('the nearest known word, where one is near', () => {
  const known = ['host', 'port', 'database', 'production'];
  const rows: [string, string | undefined][] = [
    ['hots', 'host'],
    ['databse', 'database'],
    ['prodcution', 'production'],
    ['xyzzy', undefined],
    ['', undefined],
    ['h'.repeat(10_000), undefined],
  ];
  for (const [word, expected] of rows) assert.is(nearest(word, known), expected, word.slice(0, 20));
});

test.run();
