import { cachingPbkdf2, cachingSha2 } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { endpoint, refusal, within } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { agree, forLogin, fuzzed, literal } from './fuzz.ts';
import { as, hex, kept, remake } from './kept.ts';

const test = suite<{ server: Server }>('rotate/verifier mysql, PBKDF2', { needs: ['mysql'] });

// The server whose certificate has expired: no other test logs in there, so that its settings are ours to change.
test.before(async (context) => {
  context.server = await use('mysql', 'expired');
  await asAdmin(context.server, "SET GLOBAL caching_sha2_password_storage_format = 'PBKDF2_SHA512'");
});

test.after(async ({ server }) => {
  await asAdmin(
    server,
    'SET GLOBAL caching_sha2_password_enforce_storage_format = DEFAULT',
    'SET GLOBAL caching_sha2_password_storage_format = DEFAULT',
  );
});

test('ours is the one that the server makes, byte for byte', async ({ server }) => {
  const fuzz = fuzzed(60);
  const theirs = await kept(
    server,
    fuzz.passwords.map((password) => `BY ${literal(password)}`),
  );
  assert.ok(String(theirs[0]).startsWith(hex('$B$')));
  agree(fuzz, theirs, (password, index) => remake(cachingPbkdf2, password, theirs[index]));
});

test('what is sent is stored unchanged', async ({ server }) => {
  const fuzz = fuzzed(60);
  const ours = fuzz.passwords.map((password) => cachingPbkdf2(new Secret(password)));
  agree(fuzz, await kept(server, ours.map(as)), (_, index) => hex(ours[index] ?? ''));
});

for (const password of forLogin)
  test(`where the form is enforced, a user works with ${JSON.stringify(password)} alone`, async ({
    server,
  }) => {
    await asAdmin(server, 'SET GLOBAL caching_sha2_password_enforce_storage_format = ON');
    const account = await newLogin(server);
    const to = endpoint(server, account, { dial: server.socket });
    const alter = (hash: Buffer): Promise<unknown> =>
      asAdmin(server, `ALTER USER '${account.user}'@'%' IDENTIFIED ${as(hash)}`);
    const hash = cachingPbkdf2(new Secret(password));
    await alter(hash);
    const rows = await within(to, password, ({ query }) => query('SELECT DATABASE() AS name'));
    assert.is(rows[0]?.name, account.database);
    for (const wrong of [hash.toString('latin1'), hex(hash), account.password])
      assert.is((await refusal(to, wrong)).code, 'WRONG_PASSWORD');
    await alter(cachingSha2(new Secret(password)));
    await assert.rejects(
      within(to, password, ({ query }) => query('SELECT 1')),
      /password changed first/,
    );
  });

test.run();
