import fc from 'fast-check';
import type { Context } from '../../src/context.ts';
import { DbcredsError } from '../../src/errors.ts';
import { loadFiles } from '../../src/profiles/files.ts';
import { listNames } from '../../src/profiles/names.ts';
import { resolveProfile } from '../../src/profiles/resolve.ts';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('profile files');

const contextOf = (place: Place): Context => ({
  env: {},
  cwd: place.cwd,
  home: place.home,
  platform: process.platform,
  now: 0,
  folders: {
    config: `${place.home}/c`,
    data: `${place.home}/d`,
    cache: `${place.home}/x`,
    state: `${place.home}/s`,
  },
});

const url = 'postgresql://u@h.example/db';
const load = (place: Place, name: string, via?: string) =>
  resolveProfile(loadFiles(contextOf(place)), name, { via });

test('every default is filled in', () => {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url } } });
  const profile = load(place, 'dev');
  assert.is(profile.id, 'shop/dev');
  assert.equal(profile.dial, { host: 'h.example', port: 5432 });
  assert.equal([profile.tls.mode, profile.tls.stated, profile.urlStyle], ['verify-full', false, 'libpq']);
  assert.equal(
    [profile.warn, profile.confirmFor, profile.onExpired],
    [14 * 86_400_000, 15 * 60_000, 'refuse'],
  );
});

const local: [host: string, production: boolean, mode: string][] = [
  ['localhost', false, 'disable'],
  ['127.0.0.9', false, 'disable'],
  ['[::1]', false, 'disable'],
  ['db', false, 'disable'],
  ['host.docker.internal', false, 'disable'],
  ['%2Frun', false, 'disable'],
  ['db.example', false, 'verify-full'],
  ['10.0.0.1', false, 'verify-full'],
  ['localhost', true, 'verify-full'],
  ['db', true, 'verify-full'],
];

for (const [host, production, mode] of local) {
  test(`TLS is ${mode} for ${host}${production ? ' in production' : ''} where nothing is said`, () => {
    const place = newPlace();
    place.write('dbcreds.json', {
      project: 'shop',
      profiles: { a: { url: `postgresql://u@${host}/db`, production } },
    });
    assert.is(load(place, 'a').tls.mode, mode);
  });
}

test("the user's file overrides single fields and adds profiles, and cannot take production away", () => {
  const place = newPlace();
  place.write('dbcreds.json', {
    project: 'shop',
    profiles: { prod: { url, production: true, tls: { ca: 'ca.pem' } } },
  });
  const file = `${place.home}/c/profiles.json`;
  place.write(file, { profiles: { 'shop/prod': { user: 'mine', tls: { because: 'x' } }, own: { url } } });
  const prod = load(place, 'prod');
  assert.equal([prod.target.user, prod.tls.ca, prod.tls.because], ['mine', `${place.cwd}/ca.pem`, 'x']);
  assert.is(load(place, 'own').id, 'own');
  place.write(file, { profiles: { 'shop/prod': { production: false } } });
  assert.throws(() => load(place, 'prod'), /it says|is false/);
});

test('two names that map to one variable are an error', () => {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { 'a-b': { url }, a_b: { url } } });
  assert.throws(() => load(place, 'a-b'), /both map to DBCREDS_A_B_/);
});

test('the search ends at the git root', async () => {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url } } });
  place.write('repo/.git/HEAD', '');
  const { stderr } = await dbcreds(['list'], { place, cwd: `${place.cwd}/repo` });
  assert.match(stderr, 'no profile is in force here');
});

/** Keys that mean something, so that more than the first check is reached. */
const keys = fc.oneof(
  fc.constantFrom(
    'project',
    'profiles',
    'default',
    'url',
    'tls',
    'mode',
    'host',
    'params',
    'inject',
    'password',
    '__proto__',
  ),
  fc.string(),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(keys, tie('value')),
  ),
})).value;

test('no JSON makes more than an error of our own, and none that shows a password', () => {
  const place = newPlace();
  fc.assert(
    fc.property(json, fc.boolean(), (value, framed) => {
      const profile = { ...(typeof value === 'object' ? value : { url: value }), password: 'hunter2hunter2' };
      place.write(
        'dbcreds.json',
        JSON.stringify(framed ? { project: 'shop', profiles: { a: profile } } : value),
      );
      try {
        const files = loadFiles(contextOf(place));
        for (const { name } of listNames(files)) resolveProfile(files, name);
      } catch (error) {
        assert.instance(error, DbcredsError);
        const { message, facts, note = '' } = error as DbcredsError;
        assert.not.match(`${message} ${facts.flat().join(' ')} ${note}`, 'hunter2');
      }
      assert.ok(true);
    }),
    { numRuns: 500 },
  );
});

test.run();
