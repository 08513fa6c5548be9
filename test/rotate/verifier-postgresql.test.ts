import { scramVerifier } from '../../src/rotate/verifier.ts';
import { Secret } from '../../src/secret.ts';
import { endpoint, refusal, within } from '../connect/endpoints.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { agree, forLogin, fuzzed, fuzzedUser, literal } from './fuzz.ts';

const test = suite<{ server: Server }>('rotate/verifier postgresql', { needs: ['postgresql'] });

test.before(async (context) => {
  context.server = await use('postgresql');
});

/** What the server keeps for the roles that the statements make. The transaction stays open, and so leaves nothing behind. */
async function kept(server: Server, statements: readonly string[]): Promise<unknown[]> {
  const rows = await asAdmin(
    server,
    'BEGIN',
    statements.join(';'),
    "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'fuzzed\\_%' ORDER BY rolname",
  );
  return rows.map(({ rolpassword }) => rolpassword);
}

const create = (password: string, index: number): string =>
  `CREATE ROLE ${fuzzedUser(index)} PASSWORD E${literal(password)}`;

/** Ours, with the salt and the iterations of theirs. */
function remake(password: string, theirs: unknown): string {
  const [, iterations, salt = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(String(theirs)) ?? [];
  return scramVerifier(new Secret(password), Buffer.from(salt, 'base64'), Number(iterations));
}

test('ours is the one that the server makes, byte for byte', async ({ server }) => {
  const fuzz = fuzzed(200);
  const theirs = await kept(server, fuzz.passwords.map(create));
  agree(fuzz, theirs, (password, index) => remake(password, theirs[index]));
});

test('so it is with other numbers of iterations', async ({ server }) => {
  const fuzz = fuzzed(60);
  const statements = fuzz.passwords.map(
    (password, index) => `SET scram_iterations = ${1 + index * 97}; ${create(password, index)}`,
  );
  const theirs = await kept(server, statements);
  assert.match(String(theirs[59]), /^SCRAM-SHA-256\$5724:/);
  agree(fuzz, theirs, (password, index) => remake(password, theirs[index]));
});

test('what is sent is stored unchanged', async ({ server }) => {
  const fuzz = fuzzed(200);
  const ours = fuzz.passwords.map((password) => scramVerifier(new Secret(password)));
  agree(fuzz, await kept(server, ours.map(create)), (_, index) => ours[index]);
});

test('what is malformed the server hashes as a password, in silence', async ({ server }) => {
  const verifier = scramVerifier(new Secret('Zz9-malformed'));
  const broken = verifier.slice(0, -1);
  const [stored] = await kept(server, [create(broken, 0)]);
  assert.is(remake(broken, stored), stored);
});

for (const password of forLogin)
  test(`a role that sets its own verifier logs in with ${JSON.stringify(password)} alone`, async ({
    server,
  }) => {
    const account = await newLogin(server);
    const to = endpoint(server, account);
    const verifier = scramVerifier(new Secret(password));
    const statement = `ALTER ROLE SESSION_USER PASSWORD ${literal(verifier)}`;
    await within(to, account.password, ({ query }) => query(statement));
    const seen = await within(to, password, ({ tls, askedForPassword }) => [
      tls?.authorized,
      askedForPassword,
    ]);
    assert.equal(seen, [true, true]);
    for (const wrong of [verifier, account.password])
      assert.is((await refusal(to, wrong)).code, 'WRONG_PASSWORD');
  });

test.run();
