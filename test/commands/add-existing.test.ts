import { readFileSync } from 'node:fs';
import { searchFolders } from '../helpers/leak.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { asAdmin, newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, stocked, urlOf } from './kit.ts';

const test = suite('add to a profile that is there', { needs: ['postgresql', 'secret-service', 'pty'] });

const password = ['sh', '-c', 'printf %s "$PGPASSWORD"'];

test('one that lacks only its record is asked only for the password', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const shop = await Shop.open({
    dev: { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' } },
  });
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  const before = readFileSync(shop.file, 'utf8');
  const add = shop.terminal(['add', 'dev']);
  const asked = await add.expect('(hidden): ');
  assert.match(
    asked,
    /^No password is stored for shop\/dev yet\.\r\nTLS: verify-full, with the CA .*ca\.pem\.\r\nPassword of /,
  );
  add.answer(login.password);
  assert.equal(await add.end(), { code: 0, signal: null }, add.output);
  assert.not.match(add.output, /Connection URL|is defined in/);
  assert.is(readFileSync(shop.file, 'utf8'), before);
  assert.is(must(await shop.dbcreds(['run', '-e', 'dev', '--', ...password])).stdout, login.password);
});

test('one that has a record gets the new password once that logs in, and keeps the old as the previous', async () => {
  const server = await use('postgresql');
  const { shop, login } = await stocked(server);
  const wrong = shop.terminal(['add', 'dev']);
  await wrong.expect('A password of shop/dev is stored already; the new one will take its place.');
  await wrong.expect('(hidden): ');
  wrong.answer('a-Wrong-password-1');
  assert.is((await wrong.end()).code, 125);
  assert.is(codeOf({ stderr: wrong.output.replaceAll('\r', '') }), 'WRONG_PASSWORD');
  assert.is(must(await shop.dbcreds(['run', '-e', 'dev', '--', ...password])).stdout, login.password);
  const next = 'a-Right-password-2';
  await asAdmin(server, `ALTER ROLE "${login.user}" PASSWORD '${next}'`);
  must(await shop.dbcreds(['add', 'dev', '--password-stdin'], { input: next }));
  assert.is(must(await shop.dbcreds(['run', '-e', 'dev', '--', ...password])).stdout, next);
  await shop.alter('dev', (record) => {
    assert.is(record.previous?.password.reveal(), login.password);
    return record;
  });
});

test('a record of another target is not overwritten in silence', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@one.example/d' } });
  await shop.store('dev', 'first-Password-1');
  shop.write({ dev: { url: 'postgresql://a@two.example/d' } });
  const args = ['add', 'dev', '--password-stdin', '--no-test'];
  const refused = await shop.dbcreds(args, { input: 'second-Password-2' });
  assert.is(codeOf(refused), 'BINDING_CHANGED');
  assert.match(refused.stderr, /stored {2}postgresql:\/\/a@one\.example:5432\/d\n\nNothing was changed\./);
  const add = shop.terminal(['add', 'dev', '--no-test']);
  await add.expect('Forget the stored one? Type yes: ');
  add.answer('yes');
  await add.expect('(hidden): ');
  add.answer('second-Password-2');
  assert.equal(await add.end(), { code: 0, signal: null });
  assert.is(must(await shop.dbcreds(['run', '-e', 'dev', '--', ...password])).stdout, 'second-Password-2');
});

test('a new profile under the name of a stored record of another target: refused, and not defined', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@one.example/d' } });
  await shop.store('dev', 'first-Password-1');
  shop.write({});
  const args = ['add', 'dev', '--url-stdin', '--no-test', '--provider', 'file'];
  const refused = await shop.dbcreds(args, { input: 'postgresql://a:second-Password-2@two.example/d' });
  assert.is(codeOf(refused), 'BINDING_CHANGED');
  assert.equal(shop.profiles(), {});
});

test('a shared record has to be allowed, not typed again', async () => {
  const shop = await Shop.open({
    one: { url: 'postgresql://a@h.example/one' },
    two: { url: 'postgresql://a@h.example/two', credential: 'one' },
  });
  await shop.store('one', 'shared-Password-1');
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'two', '--', ...password])), 'BINDING_CHANGED');
  const add = shop.terminal(['add', 'two']);
  await add.expect('Use the password here from now on? Type yes: ');
  add.answer('yes');
  assert.equal(await add.end(), { code: 0, signal: null });
  for (const name of ['one', 'two'])
    assert.is(must(await shop.dbcreds(['run', '-e', name, '--', ...password])).stdout, 'shared-Password-1');
});

test('providers that are only read', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://a@h.example/d', provider: 'env' } });
  const { code, stderr } = await shop.dbcreds(['add', 'dev', '--password-stdin', '--no-test'], {
    input: 'x',
  });
  assert.is(code, 125);
  assert.is(codeOf({ stderr }), 'READ_ONLY_PROVIDER');
  assert.match(stderr, /dbcreds only reads the environment \(DBCREDS_DEV_\*\)/);
  const target = ['--type', 'pg', '--host', 'h.example', '--database', 'd', '--username', 'a', '--no-test'];
  const added = must(await shop.dbcreds(['add', 'ci', ...target, '--provider', 'env']));
  assert.match(added.stderr, /its password comes from DBCREDS_CI_\*/);
  const dotenv = must(await shop.dbcreds(['add', 'first', ...target, '--provider', 'dotenv']));
  assert.match(dotenv.stderr, /its password comes from .*\/\.env\n/);
  assert.is(shop.profiles().first?.provider, 'dotenv');
});

test('an entry that the keychain lost can be stored anew', async () => {
  const keychain = await Keychain.open('unlocked');
  try {
    const shop = await Shop.open({ dev: { url: 'postgresql://a@h.example/d', provider: 'keychain' } });
    const options = { ...shop.options(), env: { ...shop.env, ...keychain.env } };
    const add = ['add', 'dev', '--password-stdin', '--no-test'];
    must(await dbcreds(add, { ...options, input: 'first-Password-1' }));
    await keychain.secretTool(['clear', 'service', 'dbcreds', 'username', 'shop/dev']);
    assert.is(codeOf(await dbcreds(['run', '-e', 'dev', '--', 'true'], options)), 'KEYCHAIN_ENTRY_GONE');
    must(await dbcreds(add, { ...options, input: 'second-Password-2' }));
    const run = must(await dbcreds(['run', '-e', 'dev', '--', ...password], options));
    assert.is(run.stdout, 'second-Password-2');
    assert.equal(searchFolders([shop.place.folder], 'second-Password-2'), []);
  } finally {
    await keychain.close();
  }
});

test.run();
