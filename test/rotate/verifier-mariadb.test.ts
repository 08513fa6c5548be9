import { nativeHash } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { endpoint, refusal, within } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { agree, forLogin, fuzzed, literal } from './fuzz.ts';
import { hex, kept } from './kept.ts';

const test = suite<{ server: Server }>('rotate/verifier mariadb', { needs: ['mariadb'] });

test.before(async (context) => {
  context.server = await use('mariadb');
});

test('ours is what the server makes of PASSWORD(), byte for byte', async ({ server }) => {
  const fuzz = fuzzed(400);
  const selects = fuzz.passwords.map((password) => `SELECT PASSWORD(${literal(password)}) AS hash`);
  const rows = await asAdmin(server, selects.join(' UNION ALL '));
  const theirs = rows.map(({ hash }) => hash);
  agree(fuzz, theirs, (password) => nativeHash(new Secret(password)));
});

test('ours is what it keeps for IDENTIFIED BY, and what is sent is stored unchanged', async ({ server }) => {
  const fuzz = fuzzed(200);
  const ours = fuzz.passwords.map((password) => nativeHash(new Secret(password)));
  const plain = fuzz.passwords.map((password) => `BY ${literal(password)}`);
  agree(fuzz, await kept(server, plain), (_, index) => hex(ours[index] ?? ''));
  const sent = ours.map((hash) => `VIA mysql_native_password USING ${literal(hash)}`);
  agree(fuzz, await kept(server, sent), (_, index) => hex(ours[index] ?? ''));
});

for (const password of forLogin)
  test(`a user who sets the own hash logs in with ${JSON.stringify(password)} alone`, async ({ server }) => {
    const account = await newLogin(server);
    const to = endpoint(server, account);
    const hash = nativeHash(new Secret(password));
    await within(to, account.password, ({ query }) => query(`SET PASSWORD = ${literal(hash)}`));
    const seen = await within(to, password, ({ tls, askedForPassword }) => [
      tls?.authorized,
      askedForPassword,
    ]);
    assert.equal(seen, [true, true]);
    for (const wrong of [hash, hash.slice(1), account.password])
      assert.is((await refusal(to, wrong)).code, 'WRONG_PASSWORD');
  });

test.run();
