import { readFileSync } from 'node:fs';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, stocked, urlOf } from './kit.ts';

const test = suite<{ server: Server }>('update', { needs: ['postgresql', 'pty'] });

test.before(async (context) => {
  context.server = await use('postgresql');
});

const password = ['run', '-e', 'dev', '--', 'sh', '-c', 'printf %s "$PGPASSWORD"'];
const next = 'the-Next-password-27';

test('a new password is asked for, has to log in, and keeps the old one as the previous', async ({
  server,
}) => {
  const { shop, login } = await stocked(server);
  const file = readFileSync(shop.file, 'utf8');
  const wrong = shop.terminal(['update', 'dev', '--password']);
  await wrong.expect(`Password of ${login.user}@localhost:${server.port}/${login.database} (hidden): `);
  wrong.answer(next);
  assert.is((await wrong.end()).code, 125);
  assert.match(wrong.output, /\(WRONG_PASSWORD\)/);
  assert.match(wrong.output, /dbcreds update dev --password/);
  assert.is(must(await shop.dbcreds(password)).stdout, login.password);
  await asAdmin(server, `ALTER ROLE "${login.user}" PASSWORD '${next}'`);
  const right = shop.terminal(['update', 'dev', '--password']);
  await right.expect('(hidden): ');
  right.answer(next);
  assert.equal(await right.end(), { code: 0, signal: null }, right.output);
  assert.match(
    right.output,
    /it was changed here, not on the server\r\n\r\n {2}change it in both: {2}dbcreds rotate dev/,
  );
  assert.equal(findSecret(wrong.output + right.output, next), []);
  assert.equal(searchFolders([shop.place.folder], next), []);
  assert.is(must(await shop.dbcreds(password)).stdout, next);
  assert.is(readFileSync(shop.file, 'utf8'), file);
  await shop.alter('dev', (record) => {
    assert.is(record.previous?.password.reveal(), login.password);
    return record;
  });
  assert.is(shop.log().findLast(({ event }) => event !== 'run')?.event, 'update');
});

test('from pipes, untried with --no-test, and the URL of another target refused', async ({ server }) => {
  const { shop, login } = await stocked(server);
  assert.is(
    codeOf(await shop.dbcreds(['update', 'dev', '--password-stdin'], { input: next })),
    'WRONG_PASSWORD',
  );
  must(await shop.dbcreds(['update', 'dev', '--password-stdin', '--no-test'], { input: `${next}\n` }));
  assert.is(must(await shop.dbcreds(password)).stdout, next);
  must(await shop.dbcreds(['update', 'dev', '--url-stdin'], { input: urlOf(server, login, login.password) }));
  assert.is(must(await shop.dbcreds(password)).stdout, login.password);
  const other = { input: `postgresql://a:${next}@elsewhere.example/d` };
  assert.is(codeOf(await shop.dbcreds(['update', 'dev', '--url-stdin'], other)), 'USAGE');
  const asked = await shop.dbcreds(['update', 'dev', '--password']);
  assert.is(codeOf(asked), 'NO_TERMINAL');
  assert.match(asked.stderr, /dbcreds update dev --password-stdin/);
  assert.match((await shop.dbcreds(['update', 'dev'])).stderr, /what is to be changed/);
});

test('a password that a cut-off rotation left waiting is not lost', async ({ server }) => {
  const { shop, login } = await stocked(server);
  const { Secret } = await import('../../src/secret.ts');
  await shop.alter('dev', (record) => ({
    ...record,
    pending: { password: new Secret('waiting-Password-3') },
  }));
  must(await shop.dbcreds(['update', 'dev', '--password-stdin'], { input: login.password }));
  await shop.alter('dev', (record) => {
    assert.is(record.previous?.password.reveal(), 'waiting-Password-3');
    return record;
  });
});

test('a profile that was made to dial elsewhere does not get the new password', async ({ server }) => {
  const { shop, login } = await stocked(server);
  const entry = shop.profiles().dev;
  shop.write({ dev: { ...entry, hostAddress: '127.0.0.2' } });
  const piped = await shop.dbcreds(['update', 'dev', '--password-stdin'], { input: login.password });
  assert.is(codeOf(piped), 'BINDING_CHANGED');
});

test('other options change only what they name, as the file is written', async () => {
  const shop = await Shop.open();
  const text = [
    '{',
    '\t"project": "shop",',
    '',
    '\t"profiles": {',
    '\t\t"dev":   { "provider": "file", "url": "postgresql://a@h.example/d" },',
    '\t\t"prod": {',
    '\t\t\t"url":  "postgresql://a@h.example/p",  "production": true,',
    '\t\t\t"tls": {"mode": "verify-full"}',
    '\t\t}',
    '\t}',
    '}',
  ].join('\n');
  shop.place.write('dbcreds.json', text);
  const update = async (...args: string[]): Promise<string> => {
    must(await shop.dbcreds(['update', ...args]));
    return readFileSync(shop.file, 'utf8');
  };
  const dev = '{ "provider": "file", "url": "postgresql://a@h.example/d", "expires": "30d" }';
  const first = text.replace(/(?<="dev": {3})\{.*\}/, dev);
  assert.is(await update('dev', '--expires', '30d'), first);
  assert.is(await update('dev', '--expires-days', '7'), first.replace('30d', '7d'));
  const tls = '"tls": {"mode": "verify-full", "because": "it is so"}';
  const second = first.replace('30d', '7d').replace('"tls": {"mode": "verify-full"}', tls);
  assert.is(await update('prod', '--tls-because', 'it is so'), second);
  assert.is(await update('prod', '--tls-because', 'it is so'), second);
  const bad = await shop.dbcreds(['update', 'prod', '--tls', 'verify-fulll']);
  assert.match(bad.stderr, /did you mean verify-full\?/);
  const clash = await shop.dbcreds(['update', 'prod', '--url-style', 'mysql2']);
  assert.is(codeOf(clash), 'USAGE');
  assert.is(readFileSync(shop.file, 'utf8'), second);
});

test('for oneself: an override in profiles.json, where it is changed from then on', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@h.example/d' } });
  const before = readFileSync(shop.file, 'utf8');
  const own = (): object =>
    JSON.parse(readFileSync(`${shop.context().folders.config}/profiles.json`, 'utf8')).profiles['shop/dev'];
  must(await shop.dbcreds(['update', 'dev', '--global', '--expires', '30d']));
  assert.equal(own(), { expires: '30d' });
  must(await shop.dbcreds(['update', 'dev', '--expires', '60d']));
  assert.equal(own(), { expires: '60d' });
  const user = shop.terminal(['update', 'dev', '--global', '--user', 'b']);
  await user.expect('Go on? Type yes: ');
  user.answer('yes');
  assert.equal(await user.end(), { code: 0, signal: null }, user.output);
  assert.equal(own(), { expires: '60d', user: 'b' });
  assert.match(must(await shop.dbcreds(['show', 'dev'])).stdout, /b@h\.example/);
  assert.is(readFileSync(shop.file, 'utf8'), before);
});

test('where the password is only read, no key is changed either', async () => {
  const shop = await Shop.open({ ci: { url: 'postgresql://app@localhost/d', provider: 'env' } });
  const env = { DBCREDS_CI_URL: `postgresql://app:${next}@localhost/d` };
  const args = ['update', 'ci', '--expires', '90d', '--password-stdin'];
  const refused = await shop.dbcreds(args, { env, input: next });
  assert.is(codeOf(refused), 'READ_ONLY_PROVIDER');
  assert.not.ok('expires' in (shop.profiles().ci ?? {}));
});

test.run();
