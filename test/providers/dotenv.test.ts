import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Profile } from '../../src/profiles/profile.ts';
import { openDotenv } from '../../src/providers/dotenv.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { assert, suite } from '../helpers/suite.ts';
import { freshFolder, profileIn, refOf, refused, target } from './kit.ts';

const test = suite('the dotenv provider');

function withFile(content: string | undefined, more: Partial<Profile> = {}): Provider {
  const folder = freshFolder();
  if (content !== undefined) writeFileSync(join(folder, '.env'), content);
  return openDotenv(profileIn(folder, more));
}

test("reads the profile's own lines first, and says which", async () => {
  const provider = withFile(
    `DATABASE_URL=postgresql://shop:other@db.example/shop\nDBCREDS_PROD_PASSWORD='p w#1'\n`,
  );
  assert.match(provider.place, /^\/.*\/\.env$/);
  assert.is((await provider.get(refOf()))?.current.password.reveal(), 'p w#1');
  assert.match(provider.place, /^DBCREDS_PROD_PASSWORD in .*\/\.env$/);
});

test('takes a whole URL, with its target', async () => {
  const provider = withFile('export DBCREDS_PROD_URL="postgresql://shop:p%23w@db.example:5432/shop"\n');
  const record = await provider.get(refOf());
  assert.equal([record?.targets, record?.current.password.reveal()], [[target], 'p#w']);
});

test("takes DATABASE_URL where it opens the profile's own target", async () => {
  const provider = withFile('# app\nDATABASE_URL=postgres://shop:from-app@DB.example/shop?sslmode=disable\n');
  const record = await provider.get(refOf());
  assert.equal([record?.targets, record?.current.password.reveal()], [[target], 'from-app']);
  assert.match(provider.place, /^DATABASE_URL in /);
});

test('a DATABASE_URL for another database is refused, with both named and no password', async () => {
  const error = await refused(withFile('DATABASE_URL=postgres://shop:hunter2@elsewhere/shop\n').get(refOf()));
  assert.is(error.code, 'NO_CREDENTIAL');
  assert.equal(error.facts.at(0), ['profile', target]);
  assert.equal(error.facts.at(1), ['file', 'postgresql://shop@elsewhere:5432/shop']);
  assert.not.ok(inspect(error, { depth: 9 }).includes('hunter2'));
});

test('no file, and a file without such lines, is nothing there', async () => {
  assert.is(await withFile(undefined).get(refOf()), undefined);
  const provider = withFile('PORT=3000\nDBCREDS_DEV_URL=x\n');
  assert.is(await provider.get(refOf()), undefined);
  assert.match(provider.place, /^\//);
});

test('set but empty is refused, a broken URL too, without quoting it', async () => {
  assert.is((await refused(withFile('DATABASE_URL=\n').get(refOf()))).code, 'NO_CREDENTIAL');
  assert.is((await refused(withFile('DBCREDS_PROD_PASSWORD=\n').get(refOf()))).code, 'NO_CREDENTIAL');
  const error = await refused(withFile('DATABASE_URL=hunter2\n').get(refOf()));
  assert.is(error.code, 'BAD_VARIABLE');
  assert.not.ok(inspect(error, { depth: 9 }).includes('hunter2'));
});

test('refuses production before it reads', async () => {
  const provider = withFile('DBCREDS_PROD_URL=postgresql://shop:x@db.example/shop\n');
  const error = await refused(provider.get(refOf({ production: true })));
  assert.equal([error.code, error.kind], ['NOT_FOR_PRODUCTION', 'refused']);
  assert.is(error.hints[0]?.[1], 'dbcreds add prod --provider keychain');
});

test('reads the file that the profile names, and one that is none is an error', async () => {
  const folder = freshFolder();
  const filePath = join(folder, 'local.env');
  writeFileSync(filePath, 'DBCREDS_PROD_PASSWORD=named\n');
  assert.is(
    (await openDotenv(profileIn(folder, { filePath })).get(refOf()))?.current.password.reveal(),
    'named',
  );
  mkdirSync(join(folder, '.env'));
  assert.is((await refused(openDotenv(profileIn(folder)).get(refOf()))).code, 'FILE_ACCESS');
});

test('leaves our own environment as it was', async () => {
  await withFile('DBCREDS_TEST_LEFT_ALONE=1\nDBCREDS_PROD_PASSWORD=x\n').get(refOf());
  assert.is(process.env.DBCREDS_TEST_LEFT_ALONE, undefined);
  assert.is(process.env.DBCREDS_PROD_PASSWORD, undefined);
});

test.run();
