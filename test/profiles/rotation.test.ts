import type { DbcredsError } from '../../src/errors.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { resolveProfile } from '../../src/profiles/resolve.ts';
import { sealDifferences, sealHash, sealOf, sealParts } from '../../src/profiles/seal.ts';
import { assert, suite } from '../helpers/suite.ts';
import { refusal } from '../providers/kit.ts';

const test = suite('settings of a rotation');

const url = 'postgresql://app_a@db.example:6432/shop';
const [shared, mine] = ['/srv/dbcreds.json', '/home/me/profiles.json'];

/** A project's profile, with the user's override of it. */
function resolved(entry: object, over?: object): Profile {
  const project = { path: shared, project: 'shop', entries: { prod: { url, ...entry } } };
  return resolveProfile(
    over ? { project, user: { path: mine, entries: { 'shop/prod': over } } } : { project },
    'prod',
  );
}

/** A profile of the user's own file. */
const own = (entry: object): Profile =>
  resolveProfile({ user: { path: mine, entries: { prod: { url, ...entry } } } }, 'prod');

function refused(resolve: () => unknown, file: string, path: string, found: string): DbcredsError {
  const error = refusal(resolve);
  assert.is(error.code, 'BAD_PROFILE');
  assert.ok(error.message.startsWith(`${file}: ${path} ${found}`), error.message);
  return error;
}

test('nothing said: nothing but an empty list of pushes, and nobody is the sole holder', () => {
  const { rotation, soleHolder } = resolved({});
  assert.equal([rotation, soleHolder], [{ push: [] }, false]);
});

test("the user's own file says each", () => {
  const push = [['gh', 'secret', 'set', 'X'], ['tee']];
  const rotation = { host: 'pg', admin: 'root', roles: ['app_a', 'app_b'], grace: '1h', push };
  const profile = own({ soleHolder: true, rotation });
  const host = { host: 'pg', port: 6432 };
  assert.equal(profile.rotation, { ...rotation, host, grace: 3_600_000 });
  assert.is(profile.soleHolder, true);
  assert.is(own({ rotation: { grace: '0' } }).rotation.grace, 0);
});

test("the user's override is laid over the project's, key by key", () => {
  const push = [['tee']];
  const over = { soleHolder: true, rotation: { host: 'other.example:5433', push } };
  const { rotation, soleHolder } = resolved({ rotation: { host: 'pg.example', grace: '1d' } }, over);
  assert.equal(rotation, { host: { host: 'other.example', port: 5433 }, grace: 86_400_000, push });
  assert.is(soleHolder, true);
});

test("what counts in the user's own file alone is refused in a project's", () => {
  refused(() => resolved({ soleHolder: false }), shared, 'profiles.prod.soleHolder', 'counts in your own');
  const pushing = { rotation: { push: [] } };
  refused(() => resolved(pushing), shared, 'profiles.prod.rotation.push', 'counts in your own');
});

test('whose file says the user', () => {
  assert.is(resolved({}).userFrom, 'project');
  assert.is(own({}).userFrom, 'user');
  assert.is(resolved({}, { user: 'me' }).userFrom, 'user');
  assert.is(resolved({}, { url: 'postgresql://me@db.example/shop' }).userFrom, 'user');
  assert.is(resolved({}, { port: 5433, description: 'x' }).userFrom, 'project');
  const nobody = { url: undefined, engine: 'postgresql', host: 'db.example', database: 'shop' };
  assert.is(resolved(nobody, { user: 'me' }).userFrom, 'user');
});

test("an override that repeats the project's user does not make the login one's own", () => {
  assert.is(resolved({}, { user: 'app_a' }).userFrom, 'project');
  assert.is(resolved({}, { url: 'postgresql://app_a@127.0.0.1/shop' }).userFrom, 'project');
});

for (const [text, host, port] of [
  ['PG.Example.', 'pg.example', 6432],
  ['pg.example:5433', 'pg.example', 5433],
  ['192.0.2.7', '192.0.2.7', 6432],
  ['192.0.2.7:1', '192.0.2.7', 1],
  ['::1', '::1', 6432],
  ['[2001:DB8:0::7]', '2001:db8::7', 6432],
  ['[::1]:65535', '::1', 65_535],
  ['/run/postgresql', '/run/postgresql', 6432],
  ['/run/postgresql/:5433', '/run/postgresql', 5433],
  ['bücher.example:2', 'xn--bcher-kva.example', 2],
] as const)
  test(`rotation.host ${text}`, () => {
    assert.equal(resolved({ rotation: { host: text } }).rotation.host, { host, port });
  });

const password = 'hunter2';
for (const text of [
  'pg.example:0',
  'pg.example:65536',
  'pg.example:x',
  'pg.example:',
  ':5432',
  'a,b',
  'a b',
  '/run/a,/run/b',
  './run',
  '[pg.example]x',
  '[::1',
  '[pg.example]:5432',
  '::1:99999:5432',
  `postgresql://u:${password}@h/d`,
  `u:${password}@h`,
])
  test(`rotation.host ${text.replace(password, '***')} is refused, and not quoted`, () => {
    const refusing = (entry: object, over?: object) => () => resolved(entry, over);
    const found = 'is no address of a server';
    const bad = { rotation: { host: text } };
    const error = refused(refusing(bad), shared, 'profiles.prod.rotation.host', found);
    assert.not.match(`${error.message} ${JSON.stringify(error.facts)}`, password);
    // The file that says it.
    refused(refusing({}, bad), mine, 'profiles."shop/prod".rotation.host', found);
  });

test('a server off this machine is not reached by the mode of a pooler on it', () => {
  const local = { url: 'postgresql://app_a@localhost:6432/shop', rotation: { host: 'pg.example' } };
  const at = 'profiles.prod.tls.mode';
  refused(() => resolved(local), shared, at, 'is disable by default, but "rotation.host" is not on this');
  const socket = { ...local, url: 'postgresql://app_a@%2Frun%2Fpg/shop', production: true };
  const plain = { tls: { mode: 'disable' } };
  refused(() => resolved({ ...socket, ...plain }), shared, at, 'is disable, but "rotation.host" is not on');
  for (const tls of [{ mode: 'verify-full' }, { mode: 'verify-ca', because: 'x' }])
    assert.is(resolved({ ...socket, tls }).rotation.host?.host, 'pg.example');
  // Said on purpose, outside production.
  assert.is(resolved({ ...local, ...plain }).rotation.host?.host, 'pg.example');
  for (const host of ['postgres', '127.0.0.1', '/run/pg'])
    assert.is(resolved({ ...local, rotation: { host } }).rotation.host?.host, host);
});

test('an address is no server of a MySQL profile that is verified by name', () => {
  const entry = { url: 'mysql://app_a@db.example/shop', rotation: { host: '192.0.2.7' } };
  refused(() => resolved(entry), shared, 'profiles.prod.rotation.host', 'is an address, and MySQL clients');
  assert.is(resolved({ ...entry, tls: { mode: 'verify-ca' } }).rotation.host?.port, 3306);
  assert.is(resolved({ ...entry, rotation: { host: 'my.example' } }).rotation.host?.host, 'my.example');
  assert.is(resolved({ rotation: { host: '192.0.2.7' } }).rotation.host?.host, '192.0.2.7');
});

test('two roles take turns, and the user is one of them', () => {
  for (const roles of [
    ['app_a', 'app_b'],
    ['app_b', 'app_a'],
  ])
    assert.equal(resolved({ rotation: { roles } }).rotation.roles, roles);
  const at = 'profiles.prod.rotation.roles';
  const roles =
    (...names: string[]) =>
    () =>
      resolved({ rotation: { roles: names } });
  refused(roles('app_a', 'app_a'), shared, at, 'names the same role twice');
  const error = refused(roles('app_b', 'app_c'), shared, at, 'does not name the user of the profile');
  assert.match(new Map(error.facts).get('right') ?? '', '"app_a" and one more role');
  refused(roles('app_a'), shared, at, 'is 1');
  refused(roles('app_a', 'b', 'c'), shared, at, 'is 3');
  refused(roles('app_a', ''), shared, `${at}.1`, 'is ""');
});

test("a project's roles go with its user, and an override may name its own", () => {
  const entry = { rotation: { roles: ['app_a', 'app_b'], grace: '1h' } };
  assert.equal(resolved(entry, { user: 'me' }).rotation, { grace: 3_600_000, push: [] });
  assert.equal(resolved(entry, { user: 'app_b' }).rotation.roles, ['app_a', 'app_b']);
  const pair = { user: 'me', rotation: { roles: ['me', 'me_b'] } };
  assert.equal(resolved(entry, pair).rotation.roles, ['me', 'me_b']);
  const wrong = { rotation: { roles: ['me', 'me_b'] } };
  refused(
    () => resolved(entry, wrong),
    mine,
    'profiles."shop/prod".rotation.roles',
    'does not name the user',
  );
  const typo = { rotation: { roles: ['ap_a', 'app_b'] } };
  refused(() => resolved(typo, { user: 'me' }), shared, 'profiles.prod.rotation.roles', 'does not name');
});

test('no profile is its own admin', () => {
  assert.is(resolved({ rotation: { admin: 'root' } }).rotation.admin, 'root');
  for (const admin of ['prod', 'shop/prod']) {
    const entry = { rotation: { admin } };
    refused(() => resolved(entry), shared, 'profiles.prod.rotation.admin', 'is this profile itself');
    refused(() => resolved({}, entry), mine, 'profiles."shop/prod".rotation.admin', 'is this profile itself');
  }
});

test('the seal names the server, and is as ever where there is none', () => {
  const bare = sealOf(resolved({}), {});
  const seal = sealOf(resolved({ rotation: { host: '[2001:db8::7]:5433' } }), {});
  assert.not.ok('server' in bare);
  assert.equal(sealParts(seal).at(-1), ['server', '[2001:db8::7]:5433']);
  assert.equal(sealDifferences(bare, seal), [['server', 'none', '[2001:db8::7]:5433']]);
  assert.equal(sealDifferences(seal, bare), [['server', '[2001:db8::7]:5433', 'none']]);
  const others = sealOf(resolved({ rotation: { admin: 'root', grace: '1h', roles: ['app_a', 'b'] } }), {});
  assert.equal(others, bare);
  const hashes = ['pg.example', 'pg.example:1', '/run/x', '/run/x:1'].map((host) =>
    sealHash(sealOf(resolved({ rotation: { host } }), {})),
  );
  assert.is(new Set([...hashes, sealHash(bare)]).size, 5);
});

test.run();
