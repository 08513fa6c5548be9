import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { assertPlain, Victim } from './victim.ts';

const test = suite('what lies around in a hostile repository', { needs: ['secret-service'] });
let victim: Victim;
test.before(async () => {
  victim = await Victim.open('keychain');
});
test.after(() => victim.close());

const self = [process.execPath, cli];

test('what claims that a run is active gets nothing, neither stored nor inherited', async () => {
  const env = {
    DBCREDS_ACTIVE: 'shop/prod',
    PGHOST: 'somewhere',
    DBCREDS_PROD_URL: `postgresql://shop_app:${encodeURIComponent(victim.passwords[0] ?? '')}@db.company.example/shop`,
    DBCREDS_AGE_KEY: 'AGE-SECRET-KEY-1',
    DBCREDS_CONFIRM: 'prod',
  };
  const { code, output } = await victim.dbcreds(['run', '-e', 'prod', '--', 'env'], { env });
  assert.is(code, 0);
  assert.not.match(output, /DBCREDS_(PROD|AGE|CONFIRM)|PGPASSWORD|DATABASE_URL/);
  victim.assertNothingHappened(output);
});

test('what claims that another run is active stops this one, and so does this one without a variable', async () => {
  const bare = await victim.dbcreds(['run', '-e', 'prod', '--', ...victim.child], {
    env: { DBCREDS_ACTIVE: 'shop/prod' },
  });
  victim.assertRefused(bare, { code: 'NESTED' });
  for (const active of ['shop/dev', 'shop/production', 'prod', 'shop/prod2', ' shop/prod', 'SHOP/PROD'])
    await victim.attempt({ env: { DBCREDS_ACTIVE: active }, code: 'NESTED' });
});

test('an answer for this run is none for those within it', async () => {
  const inner = [...self, 'run', '--nested', '-e', 'prod', '--', ...victim.child];
  const args = ['run', '-e', 'dev', '--', ...inner];
  const env = { DBCREDS_CONFIRM: 'prod', DBCREDS_REASON: 'x' };
  victim.assertRefused(await victim.dbcreds(args, { env }), { code: 'CONFIRM', says: 'was not confirmed' });
});

test('an ordinary run does not lend itself to production', async () => {
  const inner = [...self, 'run', '-e', 'prod', '--confirm', 'prod', '--', ...victim.child];
  victim.assertRefused(await victim.dbcreds(['run', '-e', 'dev', '--', ...inner]), { code: 'NESTED' });
});

/** Programs that dbcreds could be led to start, all of the repository. */
const programs = [
  ...['node', 'sh', 'bash', 'env', 'git', 'age', 'age-keygen', 'secret-tool', 'dbus-launch', 'dbus-send'],
  ...['gnome-keyring', 'gnome-keyring-daemon', 'psql', 'mysql', 'mariadb', 'openssl', 'stty', 'tty', 'id'],
  ...['getent', 'uname', 'ldd', 'which', 'security', 'ps', 'cat', 'xdg-open', 'ssh', 'sudo', 'dbcreds'],
];

test('no program of the repository is started, even where PATH begins with it', async () => {
  const trace = join(victim.place.folder, 'trace');
  for (const name of programs)
    victim.place.write(`bin/${name}`, `#!/bin/sh\necho ${name} >> '${trace}'\n`, 0o755);
  const PATH = `bin:.:${victim.place.env.PATH}`;
  const commands = [
    ['list'],
    ['show', 'prod'],
    ['check'],
    ['trust', 'prod'],
    ['generate'],
    ['log'],
    ['test', 'dev'],
    ['add', 'dev', '--password-stdin', '--no-test'],
    ['run', '-e', 'dev', '--verify', '--', 'true'],
    ['run', '-e', 'prod', '--confirm', 'prod', '--', '/bin/true'],
    ['remove', 'orders', '--yes'],
  ];
  for (const args of commands) {
    const result = await victim.dbcreds(args, { env: { PATH }, input: victim.passwords[1] ?? '' });
    assertPlain(result.output);
    assert.not.match(result.output, '(INTERNAL)');
    assert.is(existsSync(trace) ? readFileSync(trace, 'utf8') : '', '', args.join(' '));
  }
  victim.remove('bin');
});

test('no module and no setting of the repository is loaded', async () => {
  const trace = join(victim.place.folder, 'trace');
  const code = `require('node:fs').appendFileSync(${JSON.stringify(trace)}, __filename);`;
  const modules = [
    '@napi-rs/keyring',
    'age-encryption',
    'pg',
    'mysql2',
    'pg-native',
    'dotenv',
    'valibot',
    'ora',
  ];
  for (const name of [...modules, `@napi-rs/keyring-${process.platform}-${process.arch}-gnu`]) {
    victim.place.write(`node_modules/${name}/index.js`, code);
    victim.place.write(`node_modules/${name}/package.json`, '{"main":"index.js"}');
  }
  victim.place.write('.env', `DBCREDS_CONFIRM=prod\nNODE_OPTIONS=--require=${trace}\n`);
  victim.place.write('.npmrc', 'node-options=--require=./evil.js\nscript-shell=./evil\n');
  victim.place.write('.node-version', '0.10\n');
  victim.place.write('package.json', { type: 'module', dbcreds: { profiles: {} } });
  victim.place.write('node.config.json', { nodeOptions: { require: ['./node_modules/pg/index.js'] } });
  victim.place.write('.pgpass', '*:*:*:*:evil\n', 0o600);
  victim.place.write('.my.cnf', '[client]\nhost=evil.example\n');
  for (const args of [['list'], ['test', 'dev'], ['run', '-e', 'dev', '--verify', '--', 'true']])
    await victim.dbcreds(args);
  victim.assertRefused(await victim.dbcreds(['run', '-e', 'prod', '--', ...victim.child]), {
    code: 'CONFIRM',
  });
  assert.not.ok(existsSync(trace));
});

test.run();
