import { readFileSync } from 'node:fs';
import { assert, suite } from '../helpers/suite.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, type Shop, stocked, urlOf } from './kit.ts';

const test = suite<{ server: Server }>('update of a target', { needs: ['postgresql', 'pty'] });

test.before(async (context) => {
  context.server = await use('postgresql');
});

const password = ['run', '-e', 'dev', '--', 'sh', '-c', 'printf %s "$PGPASSWORD"'];

async function answers(
  shop: Shop,
  args: readonly string[],
  answer: string,
): Promise<[number | null, string]> {
  const terminal = shop.terminal(args);
  await terminal.expect('Go on? Type yes: ');
  terminal.answer(answer);
  const { code } = await terminal.end();
  return [code, terminal.output];
}

test('it is shown, agreed to, tried, and the record moves along', async ({ server }) => {
  const { shop, login } = await stocked(server);
  const before = readFileSync(shop.file, 'utf8');
  const args = ['update', 'dev', '--database', 'postgres'];
  const [no, shown] = await answers(shop, args, 'no');
  assert.is(no, 125);
  const target = `postgresql://${login.user}@localhost:${server.port}`;
  assert.ok(shown.includes(`target      ${target}/postgres  (allowed: ${target}/${login.database})`), shown);
  assert.is(readFileSync(shop.file, 'utf8'), before);
  const [lost, why] = await answers(shop, ['update', 'dev', '--database', 'not_there'], 'yes');
  assert.is(lost, 125);
  assert.match(why, /Nothing was changed\./);
  assert.match(why, /\(NO_DATABASE\)/);
  assert.is(readFileSync(shop.file, 'utf8'), before);
  must(await shop.dbcreds(password));
  const [yes, said] = await answers(shop, args, 'yes');
  assert.is(yes, 0, said);
  assert.is(readFileSync(shop.file, 'utf8'), before.replace(`/${login.database}"`, '/postgres"'));
  assert.is(must(await shop.dbcreds(password)).stdout, login.password);
  shop.place.write('dbcreds.json', before);
  assert.is(codeOf(await shop.dbcreds(password)), 'BINDING_CHANGED');
});

test('without a terminal it is refused, and nothing written', async ({ server }) => {
  const { shop } = await stocked(server);
  const before = readFileSync(shop.file, 'utf8');
  const refused = await shop.dbcreds(['update', 'dev', '--host', 'evil.example']);
  assert.is(codeOf(refused), 'NO_TERMINAL');
  assert.match(refused.stderr, /wanted {2}\S+@evil\.example/);
  assert.is(readFileSync(shop.file, 'utf8'), before);
});

test('what else decides where the password goes is allowed on a terminal alone', async ({ server }) => {
  const { shop } = await stocked(server);
  must(await shop.dbcreds(['update', 'dev', '--host-address', '127.0.0.1']));
  assert.is(shop.profiles().dev?.hostAddress, '127.0.0.1');
  assert.is(codeOf(await shop.dbcreds(password)), 'BINDING_CHANGED');
  const [code, output] = await answers(
    shop,
    ['update', 'dev', '--tls', 'verify-ca', '--host-address', 'localhost'],
    'yes',
  );
  assert.is(code, 0, output);
  assert.match(output, /dial {8}127\.0\.0\.1:\d+ {2}\(allowed: localhost:\d+\)/);
  must(await shop.dbcreds(password));
});

test('another user comes with a password of its own', async ({ server }) => {
  const { shop } = await stocked(server);
  const other = await newLogin(server);
  const args = ['update', 'dev', '--user', other.user, '--database', other.database];
  const [code, output] = await answers(shop, args, 'yes');
  assert.is(code, 125);
  assert.match(output, /\(WRONG_PASSWORD\)/);
  const update = shop.terminal([...args, '--password']);
  await update.expect('Forget the stored one? Type yes: ');
  update.answer('yes');
  await update.expect(`Password of ${other.user}@`);
  update.answer(other.password);
  assert.equal(await update.end(), { code: 0, signal: null }, update.output);
  assert.is(shop.profiles().dev?.url, urlOf(server, other));
  assert.is(must(await shop.dbcreds(password)).stdout, other.password);
});

test.run();
