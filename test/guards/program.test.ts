import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { use } from '../services/use.ts';

const test = suite('each guard, by the program', { needs: ['pty'] });

const url = 'postgresql://app:Secret-1!x@db.example.com/shop';
const mysqlUrl = 'mysql://app:Secret-1!x@db.example.com/shop';
const today = new Date().toISOString().slice(0, 10);
const long = '2020-01-01';

interface Case {
  readonly code: string;
  readonly profile?: object;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Files in the home folder. */
  readonly home?: Readonly<Record<string, string>>;
}

const target = { url: 'postgresql://app@db.example.com/shop' };
const mysql = { url: 'mysql://app@db.example.com/shop' };
const production = { ...target, production: true };

/** Where each guard refuses, without a terminal. */
const refusals: Record<string, Case> = {
  'another target': { code: 'BINDING_CHANGED', profile: { url: 'postgresql://app@other.example.com/shop' } },
  'no seal': { code: 'BINDING_CHANGED', profile: { ...production, inject: { A: '{host}' } } },
  'another seal': { code: 'BINDING_CHANGED', env: { DBCREDS_X_SEAL: 'x' } },
  expired: { code: 'EXPIRED', profile: { ...target, expires: '90d' }, env: { DBCREDS_X_SET_AT: long } },
  'expired, in production': {
    code: 'EXPIRED',
    profile: { ...production, expires: '90d' },
    env: { DBCREDS_X_SET_AT: long },
  },
  'not confirmed': { code: 'CONFIRM', profile: production, args: [] },
  'confirmed for another': { code: 'CONFIRM', profile: production, args: ['--confirm', 'y'] },
  'TLS without proof': {
    code: 'BINDING_CHANGED',
    profile: { ...production, tls: { mode: 'require' } },
  },
  NODE_DEBUG: { code: 'UNSAFE_ENV', env: { NODE_DEBUG: 'child_process' } },
  'NODE_DEBUG with a star': { code: 'UNSAFE_ENV', env: { NODE_DEBUG: 'fs,Child_*' } },
  'unchecked certificates': {
    code: 'UNSAFE_ENV',
    profile: production,
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  },
  'a log of TLS keys': { code: 'UNSAFE_ENV', profile: production, env: { SSLKEYLOGFILE: '/tmp/keys' } },
  "MySQL's option file": {
    code: 'UNSAFE_ENV',
    profile: { ...mysql, production: true },
    env: { DBCREDS_X_URL: mysqlUrl },
    home: { '.my.cnf': '[client]\nhost=evil.example\n' },
  },
  "MySQL's login file": {
    code: 'UNSAFE_ENV',
    profile: { ...mysql, production: true },
    env: { DBCREDS_X_URL: mysqlUrl },
    home: { '.mylogin.cnf': 'x' },
  },
  'no reason': { code: 'REASON', profile: { ...target, reason: 'always' } },
  'no reason without a terminal': { code: 'REASON', profile: { ...target, reason: 'no-terminal' } },
  'a run of another': { code: 'NESTED', env: { DBCREDS_ACTIVE: 'y' } },
};

/** A user's own profile, so that no project's file is in question but where the test makes it one. */
function placeOf({ profile = target, home = {} }: Partial<Case>): Place {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { x: profile, y: target } });
  for (const [name, text] of Object.entries(home)) place.write(join(place.home, name), text, 0o600);
  return place;
}

const env = (more: Case['env'] = {}): Record<string, string | undefined> => ({
  DBCREDS_X_URL: url,
  DBCREDS_X_SET_AT: today,
  ...more,
});

const logged = (place: Place): Record<string, unknown>[] => {
  const file = join(place.home, '.local/state/dbcreds/runs.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

function run(place: Place, given: Partial<Case>): Promise<Result> {
  const { profile, args = (profile as { production?: true })?.production ? ['--confirm', 'x'] : [] } = given;
  const child = ['sh', '-c', `: > '${place.folder}/started'; env`];
  return dbcreds(['run', '-e', 'x', ...args, '--', ...child], { place, env: env(given.env) });
}

for (const [name, given] of Object.entries(refusals)) {
  test(`${name}: refused, and nothing is started`, async () => {
    const place = placeOf(given);
    const { code, stdout, stderr } = await run(place, given);
    assert.equal([code, stdout], [125, ''], stderr);
    assert.match(stderr.split('\n')[0] ?? '', `(${given.code})`);
    assert.match(stderr, 'Nothing was started.');
    assert.not.ok(existsSync(join(place.folder, 'started')));
    assert.not.match(stderr, 'Secret-1');
    const [line, ...others] = logged(place);
    if (given.code === 'NESTED') return assert.is(line, undefined);
    assert.equal(
      [line?.event, line?.profile, line?.outcome, line?.code],
      ['run', 'shop/x', 'refused', given.code],
    );
    assert.equal(others, []);
  });
}

/** Where a guard only warns: one line, and the command runs. */
const warnings: Record<string, Case> = {
  'expired, where the profile says so': {
    code: 'EXPIRED',
    profile: { ...target, expires: '90d', onExpired: 'warn' },
    env: { DBCREDS_X_SET_AT: long },
  },
  'expired, in an emergency': {
    code: 'EXPIRED',
    profile: { ...production, expires: '90d' },
    args: ['--confirm', 'x', '--allow-expired'],
    env: { DBCREDS_X_SET_AT: long },
  },
  'soon to expire': { code: 'EXPIRES_SOON', profile: { ...target, expires: '10d' } },
  'of unknown age': {
    code: 'AGE_UNKNOWN',
    profile: { ...target, expires: '90d' },
    env: { DBCREDS_X_SET_AT: undefined },
  },
  'from the future': {
    code: 'AGE_UNKNOWN',
    profile: { ...target, expires: '90d' },
    env: { DBCREDS_X_SET_AT: '2999-01-01' },
  },
  'unchecked certificates': { code: 'UNSAFE_ENV', env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
  'a dialect that carries no CA': {
    code: 'CLIENT_TLS',
    profile: { ...target, urlStyle: 'postgresjs', tls: { mode: 'verify-full', ca: '../ca.pem' } },
    home: { 'ca.pem': readFileSync((await use('certificates')).ca, 'utf8') },
  },
  "MySQL's option file": {
    code: 'UNSAFE_ENV',
    profile: mysql,
    env: { DBCREDS_X_URL: mysqlUrl },
    home: { '.my.cnf': '[client]\nuser=evil\n' },
  },
};

for (const [name, given] of Object.entries(warnings)) {
  test(`${name}: one line, and it runs`, async () => {
    const place = placeOf(given);
    const { code, stdout, stderr } = await run(place, given);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'DATABASE_URL=');
    // Node itself has a word to say about certificates that it does not check.
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !/^\(node|^\(Use/.test(line));
    assert.is(lines.length, 1, stderr);
    assert.match(lines[0] ?? '', /^dbcreds: warning: .*/);
    assert.match(lines[0] ?? '', `(${given.code})`);
    const [line] = logged(place);
    assert.equal(
      [line?.outcome, line?.overrides],
      ['launching', given.code === 'EXPIRED' ? ['EXPIRED'] : undefined],
    );
  });
}

test('all that is wrong is said at once', async () => {
  const profile = { ...production, expires: '90d', reason: 'always', tls: { mode: 'require' } };
  const given = { profile, args: [], env: { DBCREDS_X_SET_AT: long, NODE_DEBUG: '*', SSLKEYLOGFILE: 'x' } };
  const place = placeOf(given);
  const { code, stderr } = await run(place, given);
  assert.is(code, 125);
  for (const one of ['BINDING_CHANGED', 'EXPIRED', 'WEAK_TLS', 'UNSAFE_ENV', 'REASON', 'CONFIRM'])
    assert.match(stderr, `(${one})`);
  assert.is(logged(place).length, 1);
});

test('on a terminal a reminder is said once a day; production and other warnings each time', async () => {
  const given = { profile: { ...target, expires: '10d' } };
  const place = placeOf(given);
  const say = async (extra: Record<string, string> = {}): Promise<string> => {
    const terminal = Terminal.dbcreds(['run', '-e', 'x', '--', 'true'], { place, env: env(extra) });
    assert.equal(await terminal.end(), { code: 0, signal: null });
    return terminal.output;
  };
  assert.match(await say(), '(EXPIRES_SOON)');
  assert.is(await say(), '');
  const [file = ''] = readdirSync(join(place.home, '.local/state/dbcreds/reminded'));
  place.write(join(place.home, '.local/state/dbcreds/reminded', file), '2020-01-01', 0o600);
  assert.match(await say(), '(EXPIRES_SOON)');
  for (let times = 0; times < 2; times += 1)
    assert.match(await say({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }), '(UNSAFE_ENV)');
  // Where nobody sits, each run says it: a job's log is read one at a time.
  for (let times = 0; times < 2; times += 1) assert.match((await run(place, given)).stderr, '(EXPIRES_SOON)');
});

test('a place that cannot be written does not keep a reminder from being said', async () => {
  const place = placeOf({ profile: { ...target, expires: '10d' } });
  place.write(join(place.home, '.local/state/dbcreds'), 'a file, where the folder should be');
  const terminal = Terminal.dbcreds(['run', '-e', 'x', '--', 'true'], { place, env: env() });
  await terminal.end();
  assert.match(terminal.output, '(EXPIRES_SOON)');
  assert.not.match(terminal.output, '(INTERNAL)');
});

test.run();
