import { cachingSha2 } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { endpoint, refusal, within } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { agree, forLogin, fuzzed, literal } from './fuzz.ts';
import { as, hex, kept, remake } from './kept.ts';

const test = suite<{ server: Server }>('rotate/verifier mysql', { needs: ['mysql'] });

test.before(async (context) => {
  context.server = await use('mysql');
});

/** Fewer than elsewhere, since both sides take thousands of rounds for each. */
const count = 60;

test('ours is the one that the server makes, byte for byte', async ({ server }) => {
  const fuzz = fuzzed(count);
  const theirs = await kept(
    server,
    fuzz.passwords.map((password) => `BY ${literal(password)}`),
  );
  agree(fuzz, theirs, (password, index) => remake(cachingSha2, password, theirs[index]));
});

test('what is sent is stored unchanged', async ({ server }) => {
  const fuzz = fuzzed(count);
  const ours = fuzz.passwords.map((password) => cachingSha2(new Secret(password)));
  agree(fuzz, await kept(server, ours.map(as)), (_, index) => hex(ours[index] ?? ''));
});

for (const password of forLogin)
  test(`a user whose hash was set logs in with ${JSON.stringify(password)} alone`, async ({ server }) => {
    const account = await newLogin(server);
    const to = endpoint(server, account);
    const hash = cachingSha2(new Secret(password));
    await asAdmin(server, `ALTER USER '${account.user}'@'%' IDENTIFIED ${as(hash)}`);
    const seen = await within(to, password, ({ tls, askedForPassword }) => [
      tls?.authorized,
      askedForPassword,
    ]);
    assert.equal(seen, [true, true]);
    for (const wrong of [hash.toString('latin1'), hex(hash), account.password])
      assert.is((await refusal(to, wrong)).code, 'WRONG_PASSWORD');
  });

test('the rounds of theirs are a setting of the server, which a login may read', async ({ server }) => {
  const account = await newLogin(server);
  const [row] = await within(endpoint(server, account), account.password, ({ query }) =>
    query('SELECT @@caching_sha2_password_digest_rounds AS rounds'),
  );
  const [theirs] = await kept(server, ["BY 'Zz9-rounds'"]);
  const thousands = Number.parseInt(Buffer.from(String(theirs), 'hex').toString('latin1', 3, 6), 16);
  assert.is(thousands * 1000, Number(row?.rounds));
});

test('the server reads the rounds out of ours: three hex digits, in upper case', async ({ server }) => {
  const account = await newLogin(server);
  const hash = cachingSha2(new Secret('Zz9-more-rounds'), undefined, 26);
  assert.is(hash.toString('latin1', 0, 7), '$A$01A$');
  await asAdmin(server, `ALTER USER '${account.user}'@'%' IDENTIFIED ${as(hash)}`);
  assert.ok(await within(endpoint(server, account), 'Zz9-more-rounds', ({ tls }) => tls?.authorized));
});

test.run();
