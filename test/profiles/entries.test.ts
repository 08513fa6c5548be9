import { inspect } from 'node:util';
import fc from 'fast-check';
import { DbcredsError, formatError } from '../../src/errors.ts';
import { connectionOf, inject } from '../../src/inject/index.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { urlStyles } from '../../src/profiles/reserved.ts';
import { resolveProfile } from '../../src/profiles/resolve.ts';
import { sealHash, sealOf } from '../../src/profiles/seal.ts';
import { formatTarget, parseTarget } from '../../src/profiles/target.ts';
import { plainText } from '../../src/profiles/text.ts';
import { Secret } from '../../src/secret.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('profiles of any shape');

/** Half characters and controls included: JSON can hold them. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ maxLength: 3 }).map((one) => `${one}\ud800`),
);
const anything = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text),
  fc.dictionary(text, text),
);

/** Mostly what is right, so that what comes after the checks is reached. */
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 150, arbitrary: right }, { weight: 1, arbitrary: anything });

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('localhost', '/run/x', 'db', 'DB.Example.', 'bücher.example', '2130706433', 'a,b', '[::1]'),
  text,
);
const engine = fc.constantFrom('postgresql', 'postgres', 'mysql', 'mariadb');
const duration = fc.constantFrom('0', '1s', '15m', '90d', '2w', '999999w', 'none', '1y');
const part = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('shop', 'a=b', 'é', '%', '@'),
);
const url = fc.tuple(engine, part, host, part).map(([scheme, user, at, name]) => {
  try {
    return `${scheme}://${encodeURIComponent(user)}@${at}/${encodeURIComponent(name)}`;
  } catch {
    return `${scheme}://u@h/d`;
  }
});

const tls = fc.record(
  {
    mode: mostly(fc.constantFrom('disable', 'require', 'verify-ca', 'verify-full')),
    ca: mostly(part),
    cert: mostly(part),
    key: mostly(part),
    because: mostly(part),
    nodeExtraCa: mostly(fc.boolean()),
  },
  { requiredKeys: [] },
);

const entry = fc.oneof(
  fc.record({ url: mostly(url) }),
  fc.record({ engine: mostly(engine), host: mostly(host), user: mostly(part), database: mostly(part) }),
);
const others = fc.record({
  port: mostly(fc.integer({ min: 1, max: 65_535 })),
  hostAddress: mostly(fc.oneof(fc.ipV4(), fc.constantFrom('127.0.0.1:6543', 'localhost', '[::1]:1'))),
  production: mostly(fc.boolean()),
  tls: mostly(tls),
  expires: mostly(duration),
  warn: mostly(duration),
  confirmFor: mostly(duration),
  urlStyle: mostly(fc.constantFrom(...urlStyles)),
  params: mostly(fc.dictionary(fc.constantFrom('schema', 'pool', 'options', 'charset', '__proto__'), text)),
  inject: mostly(
    fc.dictionary(
      fc.constantFrom('A', 'DB_HOST', 'PATH', 'constructor'),
      fc.constantFrom('{url}', '{host}', '{url:go}', 'x{password}', '{x}', '{'),
    ),
  ),
  credential: mostly(part),
  readOnly: mostly(part),
  description: mostly(part),
  provider: mostly(fc.constantFrom('keychain', 'file', 'env', 'dotenv')),
  access: mostly(fc.constantFrom('read-only', 'owner')),
  rotation: mostly(
    fc.record(
      {
        host: mostly(
          fc.oneof(host, fc.constantFrom('db:6543', '[::1]:1', '/run/x:2', ':1', 'postgresql://u:p@h/d')),
        ),
        admin: mostly(part),
        roles: mostly(fc.array(part, { minLength: 2, maxLength: 2 })),
        grace: mostly(duration),
      },
      { requiredKeys: [] },
    ),
  ),
});
/** Few at once: each of them may be wrong, or not go with another. */
const few = fc.tuple(others, fc.array(fc.nat(), { maxLength: 4 })).map(([all, picks]) => {
  const keys = Object.entries(all);
  return Object.fromEntries(picks.map((pick) => keys[pick % keys.length] ?? []));
});
const profileJson = fc.tuple(entry, few).map(([one, two]) => JSON.parse(JSON.stringify({ ...two, ...one })));

const password = 'hunter2-hunter2';

/** The profile, and all that a run makes of it. */
function carriedOut(entries: Record<string, unknown>, project: string | undefined): Profile {
  const file = { path: '/srv/dbcreds.json', entries, ...(project ? { project } : {}) };
  const profile = resolveProfile(project ? { project: file } : { user: file }, 'a');
  const seal = sealOf(profile, {});
  assert.match(sealHash(seal), /^[0-9a-f]{64}$/);
  assert.equal(parseTarget(seal.target), profile.target);
  const login = { user: profile.target.user, password: new Secret(password) };
  const options = { urlStyle: profile.urlStyle, prefix: '', cache: '/cache' };
  const { set, files } = inject(profile, connectionOf(profile, login, {}, false), options);
  assert.not.match(`${inspect(set)} ${inspect(files)}`, password);
  return profile;
}

test('each is used as it stands, or refused with an error that a person can read', () => {
  const seen = { used: 0, refused: 0 };
  fc.assert(
    fc.property(profileJson, fc.constantFrom('shop', undefined), (json, project) => {
      try {
        carriedOut({ a: json }, project);
        seen.used += 1;
      } catch (error) {
        if (!(error instanceof DbcredsError)) throw error;
        seen.refused += 1;
        assert.is(error.code, 'BAD_PROFILE', formatError(error));
        assert.ok(error.message.startsWith('/srv/dbcreds.json: profiles.a'), error.message);
        assert.not.match(error.message, '\n');
        assert.ok(error.message.length < 400, error.message);
      }
    }),
    { numRuns: 1500 },
  );
  assert.ok(seen.used > 100 && seen.refused > 100, JSON.stringify(seen));
});

test('two spellings of one target are one seal', () => {
  const parts = fc.tuple(
    engine,
    part.filter((one) => plainText.test(one) && !one.includes('=')),
    fc.domain(),
  );
  fc.assert(
    fc.property(parts, ([scheme, name, at]) => {
      const base = scheme.replace(/^postgres$/, 'postgresql');
      const port = base === 'postgresql' ? 5432 : 3306;
      const mine = (json: object): string => formatTarget(carriedOut({ a: json }, 'shop').target);
      const plain = mine({ engine: scheme, host: at, user: name, database: name });
      const encoded = encodeURIComponent(name);
      assert.is(mine({ url: `${scheme}://${encoded}@${at}/${encoded}` }), plain);
      assert.is(mine({ url: `${base}://${encoded}@${at.toUpperCase()}.:${port}/${encoded}` }), plain);
      assert.is(mine({ engine: base, host: `${at}.`, port, user: name, database: name }), plain);
    }),
    { numRuns: 300 },
  );
});

test('a password in any place where a text may stand is not quoted', () => {
  const place = fc.constantFrom(
    'password',
    'dbPassword',
    'secret',
    'pwd',
    'passphrase',
    'apiToken',
    'db_pass',
  );
  fc.assert(
    fc.property(profileJson, place, fc.constantFrom('', 'tls', 'rotation', 'file'), (json, key, under) => {
      const inner = { [key]: password };
      const held = under ? { ...json, [under]: { ...Object(json[under]), ...inner } } : { ...json, ...inner };
      try {
        carriedOut({ a: held }, 'shop');
        assert.unreachable('a key that is named like a secret went through');
      } catch (error) {
        if (!(error instanceof DbcredsError)) throw error;
        assert.not.match(inspect(error, { depth: 9, showHidden: true }), password);
      }
    }),
    { numRuns: 300 },
  );
});

test.run();
