import { readFileSync } from 'node:fs';
import { urlOf } from './commands/kit.ts';
import { assertClean, quiet, secret, watched } from './commands/witness.ts';
import { findSecret, searchFolders } from './helpers/leak.ts';
import { assert, suite } from './helpers/suite.ts';
import { keys } from './helpers/terminal.ts';
import { Keychain } from './services/keychain.ts';
import type { Server } from './services/server.ts';
import { use } from './services/use.ts';

const test = suite('no secret comes out', {
  needs: ['postgresql', 'mariadb', 'mysql', 'secret-service', 'pty'],
});

/** All that the server was asked, but for the tests' own making of accounts. */
const statements = (server: Server): string =>
  readFileSync(server.log, 'utf8').replace(/^.*\bCREATE (ROLE|USER)\b.*$/gm, '');

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  test(`${engine}, keychain: every command that succeeds`, async () => {
    const server = await use(engine);
    const keychain = await Keychain.open('unlocked');
    const { shop, login, witness } = await watched(server, () => ({}), keychain.env);
    const url = `${urlOf(server, login, secret)}?sslrootcert=ca.pem`;
    const add = await witness.converse(
      ['add', 'dev', '--expires', '90d'],
      [['(hidden; Enter for the parts): ', url + keys.enter]],
    );
    assert.match(add.output, /logged in, and stored/);
    for (const args of [
      ['run', '-e', 'dev', ...quiet],
      ['run', '-e', 'dev', '--verify', '--pristine', '--url-style', 'jdbc', ...quiet],
      ['run', '-e', 'dev', '--dry-run', ...quiet],
      ['list'],
      ['list', '--json'],
      ['show', 'dev'],
      ['show', 'dev', '--json'],
      ['check', '--json'],
      ['test', 'dev'],
      ['test', 'dev', '--json'],
      ['trust', 'dev'],
      ['trust', 'dev', '--print'],
      ['log'],
      ['log', '--json'],
      ['generate'],
      ['connect', 'dev', '--', engine === 'postgresql' ? '-c' : '-e', 'SELECT 1'],
      ['doctor', '--json'],
      ['completion', 'bash', 'show', '--env', ':'],
    ]) {
      const { code, output } = await witness.run(args);
      assert.is(code, 0, output);
    }
    const again = await witness.converse(['add', 'dev'], [['(hidden): ', secret + keys.enter]]);
    assert.match(again.output, /logged in, and stored/);
    assert.is((await witness.run(['add', 'dev', '--password-stdin'], { input: `${secret}\r\n` })).code, 0);
    assert.is(
      (await witness.run(['add', 'dev', '--url-stdin'], { input: urlOf(server, login, secret) })).code,
      0,
    );
    assert.is((await witness.run(['remove', 'dev', '--yes', '--profile'])).code, 0);
    assertClean(witness, 22);
    assert.equal(findSecret(statements(server), secret), []);
    // The search sees what is there.
    assert.ok(searchFolders([shop.place.folder], login.user).length > 0);
    await keychain.close();
  });
}

/** Programs that give the secret away, and where it is seen then: had dbcreds done so, it would have been found. */
const planted: readonly (readonly [what: string, script: string, where: RegExp])[] = [
  ['prints it', 'echo "$PGPASSWORD"', /the output \(raw\)/],
  ['prints it on stderr', 'echo "$PGPASSWORD" >&2', /the output \(raw\)/],
  ['prints it in base64', 'printf %s "$PGPASSWORD" | base64 -w0', /the output \(base64/],
  ['prints it in hex', 'printf %s "$PGPASSWORD" | od -An -v -tx1 | tr -d " \\n"', /the output \(hex\)/],
  ['prints a URL', 'echo "$DATABASE_URL"', /the output \(url/],
  ['writes a file', 'echo "$PGPASSWORD" > caught', /caught \(raw\)/],
  [
    'writes a file for a moment',
    'echo "$PGPASSWORD" > "$TMPDIR/x"; sleep 0.5; rm "$TMPDIR/x"',
    /\/x \(raw\)/,
  ],
  ['writes to memory', 'f=/dev/shm/leak-$$; echo "$PGPASSWORD" > $f; sleep 0.5; rm $f', /\/dev\/shm\/leak/],
  ['passes it as an argument', 'sh -c "sleep 0.5" "$PGPASSWORD"', /the command line of a process \(raw\)/],
];

for (const [what, script, where] of planted) {
  test(`the search finds it where a program ${what}`, async () => {
    const server = await use('postgresql');
    const { shop, witness } = await watched(server, (login) => ({
      dev: { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' } },
    }));
    await shop.store('dev', secret);
    await witness.run(['run', '-e', 'dev', '--', 'sh', '-c', script]);
    assert.ok(
      witness.finds.some((find) => where.test(find)),
      JSON.stringify(witness.finds),
    );
  });
}

test('the search finds it in the environment of dbcreds itself', async () => {
  const server = await use('postgresql');
  const { witness } = await watched(server, (login) => ({ dev: { url: urlOf(server, login) } }), {
    DBCREDS_DEV_PASSWORD: secret,
  });
  await witness.run(['list']);
  const finds = witness.finds.join('\n');
  assert.match(finds, /list: the environment of dbcreds \(raw\)/);
  // And what its memory of it was at the end.
  assert.match(finds, /env-\d+ \(json\)/);
});

test.run();
