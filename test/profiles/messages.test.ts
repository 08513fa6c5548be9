import { inspect } from 'node:util';
import type { DbcredsError } from '../../src/errors.ts';
import { readEntry } from '../../src/profiles/read.ts';
import { validate } from '../../src/profiles/validate.ts';
import { assert, suite } from '../helpers/suite.ts';
import { refusal } from '../providers/kit.ts';

const test = suite('what is said of a wrong profile');

const url = 'postgresql://u@h.example/db';
const file = '/srv/dbcreds.json';

const refused = (entry: unknown, project: string | undefined = 'shop'): DbcredsError =>
  refusal(() => readEntry({ path: file, entries: { prod: entry }, ...(project ? { project } : {}) }, 'prod'));

/** What is wrong, the path of it behind `profiles.prod`, what was found, what would be right. */
const cases: [entry: unknown, path: string, found: string, right: string | RegExp][] = [
  [{ url, hostAdress: '1' }, '.hostAdress', 'is not a known key', 'did you mean "hostAddress"?'],
  [{ url, tls: { modes: 'x' } }, '.tls.modes', 'is not a known key', 'did you mean "mode"?'],
  [{ url, rotation: { rolls: [] } }, '.rotation.rolls', 'is not a known key', 'did you mean "roles"?'],
  [{ url, xyzzyxyzzy: 1 }, '.xyzzyxyzzy', 'is not a known key', /^one of description, url, engine/],
  [{ url, 'a.b/c': 1 }, '."a.b/c"', 'is not a known key', /^one of/],
  [{ url, port: '5432' }, '.port', 'is "5432"', 'a number'],
  [
    { ...{ engine: 'mysql', host: 'h', database: 'd', user: 'u' }, port: 0 },
    '.port',
    'is 0',
    'a port from 1',
  ],
  [{ url, port: 65_536 }, '.port', 'is 65536', 'a port up to 65535'],
  [{ url, port: 1.5 }, '.port', 'is 1.5', 'a whole number'],
  [{ url, production: 'yes' }, '.production', 'is "yes"', 'true or false'],
  [{ url, production: null }, '.production', 'is null', 'true or false'],
  [{ url, expires: '90 days' }, '.expires', 'is "90 days"', /^a duration such as "90d"/],
  [{ url, expires: 90 }, '.expires', 'is 90', 'a duration such as "90d", or "none"'],
  [{ url, warn: '2' }, '.warn', 'is "2"', /^a duration such as/],
  [{ url, onExpired: 'ignore' }, '.onExpired', 'is "ignore"', /refuse.* or .*warn/],
  [{ url, inject: { '1A': 'x' } }, '.inject.1A', 'is', 'the name of a variable'],
  [{ url, inject: { A: 5 } }, '.inject.A', 'is 5', 'text'],
  [
    { url, inject: { A: '{hots}' } },
    '.inject.A',
    'has an unknown placeholder {hots}',
    'did you mean {host}?',
  ],
  [{ url, inject: { PATH: 'x' } }, '.inject.PATH', 'is a variable that dbcreds sets itself', 'another name'],
  [{ url, params: { sslmode: 'x' } }, '.params.sslmode', 'is not a parameter that a profile may set', /./],
  [{ url, params: { schemas: 'x' } }, '.params.schemas', 'is not a parameter', 'did you mean "schema"?'],
  [{ url, description: 'a\nb' }, '.description', 'is', 'text without control characters'],
  [{ url, user: '' }, '.user', 'is', 'text that is not empty'],
  [
    { url: 'oracle://u@h/d' },
    '.url',
    'cannot be read: its scheme is none of',
    'engine://user@host:port/database',
  ],
  [{ url: 'h/d' }, '.url', 'cannot be read', 'engine://user@host:port/database'],
  [{ url: `${url}?sslmode=disable` }, '.url', 'has a query ("sslmode")', 'driver parameters under "params"'],
  [{ url, host: 'x' }, '.host', 'stands beside "url"', 'either "url" or the separate fields'],
  [{ host: 'a b' }, '.host', 'is "a b"', 'one host name, address or socket path'],
  [{ url: 'postgresql://u%0a@h/d' }, '.url', 'has a control character in its user', /./],
  [{ url, soleHolder: true }, '.soleHolder', 'counts in your own profiles.json alone', /./],
  [{ url, confirmFor: '1h' }, '.confirmFor', 'is longer than usual', /15m/],
  ['x', '', 'is "x"', 'an object'],
  [null, '', 'is null', 'an object'],
];

for (const [entry, path, found, right] of cases) {
  test(`${JSON.stringify(entry)?.slice(0, 70)}: ${found}`, () => {
    const error = refused(entry);
    assert.is(error.code, 'BAD_PROFILE');
    assert.ok(error.message.startsWith(`${file}: profiles.prod${path} ${found}`), error.message);
    const facts = new Map(error.facts);
    assert.equal([facts.get('file'), facts.get('at')], [file, `profiles.prod${path}`]);
    assert.match(facts.get('right') ?? '', right);
  });
}

const secrets: [entry: object, found: string][] = [
  [{ url, password: 'hunter22' }, 'holds a secret'],
  [{ url, dbPassword: 'hunter22' }, 'holds a secret'],
  [{ url, tls: { passphrase: 'hunter22' } }, 'holds a secret'],
  [{ url: 'postgresql://u:hunter22@h/d' }, 'holds a password'],
  [{ url: 'postgresql://u:hunter22@h:x/d' }, 'cannot be read'],
  [{ url: 'postgresql://u@h/d?password=hunter22' }, 'has a query'],
  [{ url: 'postgresql://u@h/d#hunter22' }, 'cannot be read'],
  [{ host: 'postgresql://u:hunter22@h/d' }, 'is no host'],
  [{ url, tls: 'postgresql://u:hunter22@h/d' }, 'tls is not right'],
  [{ url, port: 'u:hunter22' }, 'port is not right'],
  [{ url, urlStyle: `hunter22${'x'.repeat(80)}` }, 'urlStyle is not right'],
  [{ url, params: { password: 'hunter22' } }, 'named like a password'],
  [{ url, inject: { A: 'postgres://u:hunter22@h/d' } }, 'holds a URL with a password'],
];

for (const [entry, found] of secrets)
  test(`a secret is named and not quoted: ${JSON.stringify(entry).replaceAll('hunter22', '***')}`, () => {
    const error = refused(entry);
    assert.match(error.message, found);
    assert.not.match(inspect(error, { depth: 9, showHidden: true }), 'hunter22');
  });

test("what a project's file may not, one's own may", () => {
  const entry = { url, soleHolder: true, confirmFor: '8h', params: { socketFactory: 'a.B' } };
  const read = readEntry({ path: file, entries: { prod: entry } }, 'prod');
  assert.equal([read.soleHolder, read.confirmFor], [true, '8h']);
  assert.match(refused({ url, params: { sslmode: 'x' } }, '').message, 'is not a parameter');
});

test('a list is no profile, and says what one lacks', () => {
  assert.equal(validate('profile', {}, file, []), {});
  assert.is(refused({ url, tls: 5 }).message, `${file}: profiles.prod.tls is 5`);
});

test.run();
