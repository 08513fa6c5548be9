import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { urlOf } from './commands/kit.ts';
import { assertClean, secret, watched } from './commands/witness.ts';
import { temporary } from './helpers/folders.ts';
import { searchFolders } from './helpers/leak.ts';
import { assert, suite } from './helpers/suite.ts';
import { keys } from './helpers/terminal.ts';
import { Keychain } from './services/keychain.ts';
import { use } from './services/use.ts';

const test = suite('no secret comes out of setting up', { needs: ['postgresql', 'secret-service', 'pty'] });

const { enter } = keys;

test('setup, update and import, where they succeed and where they fail', async () => {
  const server = await use('postgresql');
  const keychain = await Keychain.open('unlocked');
  const tls = { mode: 'verify-full', ca: 'ca.pem' };
  const { login, witness } = await watched(
    server,
    (one) => ({ dev: { url: urlOf(server, one), tls, provider: 'keychain' } }),
    keychain.env,
  );
  const hidden = 'Enter skips it): ';
  const skipped = await witness.converse(
    ['setup'],
    [
      [hidden, `postgres://x:${encodeURIComponent(secret)}@elsewhere.example/d${enter}`],
      [/\(USAGE\)[\s\S]*Enter skips it\): /, enter],
    ],
  );
  assert.match(skipped.output, /no password/);
  const done = await witness.converse(['setup'], [[hidden, secret + enter]]);
  assert.match(done.output, /works/);
  assert.match(
    (await witness.converse(['update', 'dev', '--password'], [['(hidden): ', secret + enter]])).output,
    /not on the server/,
  );
  for (const [args, code, input] of [
    [['update', 'dev', '--password-stdin'], 0, secret],
    [['update', 'dev', '--password-stdin'], 125, `${secret}x`],
    [['update', 'dev', '--url-stdin'], 125, `postgres://x:${encodeURIComponent(secret)}@elsewhere.example/d`],
    [['update', 'dev', '--host', 'elsewhere.example'], 125, ''],
    [['update', 'dev', '--expires', '30d'], 0, ''],
    [['setup'], 0, ''],
  ] as const)
    assert.is((await witness.run(args, { input })).code, code, args.join(' '));
  // Outside of what is searched, since it has the password until it is scrubbed.
  const folder = temporary('e');
  const file = join(folder, '.env');
  const url = `${urlOf(server, login, secret)}?sslrootcert=ca.pem`;
  writeFileSync(
    file,
    `A=1\nDATABASE_URL="${url}"\nBROKEN_URL=postgres://u:${encodeURIComponent(secret)}@h:x/d\n`,
  );
  const imported = await witness.run(['import', file, '--as', 'imported', '--scrub']);
  assert.is(imported.code, 0, imported.output);
  assert.match(imported.output, /left out: BROKEN_URL/);
  assert.match(imported.output, /taken out of .*: DATABASE_URL/);
  assert.equal(readdirSync(folder), ['.env']);
  // The one that cannot be read alone is left: its line is named.
  assert.match(imported.output, /still stands in .*\.env, line 2/);
  assert.is((await witness.run(['import', file])).code, 0);
  assertClean(witness, 11);
  assert.ok(searchFolders([folder], secret).length > 0);
  await keychain.close();
});

test('import from the Python tool', async () => {
  const server = await use('postgresql');
  const keychain = await Keychain.open('unlocked');
  const { shop, login, witness } = await watched(server, () => ({}), keychain.env);
  const { user, database } = login;
  const options = { sslrootcert: 'ca.pem' };
  const entry = { username: user, password: secret, host: 'localhost', port: server.port, database, options };
  for (const [name, stored] of [
    ['dev', entry],
    ['bad', { ...entry, host: `a:${secret}@b` }],
    ['worse', { ...entry, port: secret }],
  ] as const)
    await keychain.secretTool(
      ['store', '--label=x', 'service', 'dbcreds', 'username', `dbcreds:${name}`],
      JSON.stringify(stored),
    );
  shop.place.write(
    `${shop.place.home}/.dbcreds/environments.json`,
    ['dev', 'bad', 'worse'].map((name) => ({ name, database_type: 'postgresql' })),
  );
  const { code, output } = await witness.run(['import', '--from-python']);
  assert.is(code, 0, output);
  assert.match(output, /stored the password of dev/);
  assertClean(witness, 1);
  await keychain.close();
});

test.run();
