import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choose, open } from '../../src/providers/index.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { assert, suite } from '../helpers/suite.ts';
import { contextIn, freshFolder, hooksWith, profileIn, refOf, refusal } from './kit.ts';

const test = suite('which provider');
const folder = freshFolder();
const fromUser = { provider: { name: 'file', from: 'user' } } as const;
const fromProject = { provider: { name: 'dotenv', from: 'project' } } as const;

test('by the written rule: the option, the environment, the files, the keychain', () => {
  const cases = [
    [{}, {}, undefined, 'keychain', 'the default'],
    [fromProject, {}, undefined, 'dotenv', 'set in dbcreds.json'],
    [fromUser, {}, undefined, 'file', 'set in profiles.json'],
    [fromUser, { DBCREDS_PROD_URL: 'x' }, undefined, 'env', 'DBCREDS_PROD_URL is set'],
    [fromUser, { DBCREDS_PROD_PASSWORD_FILE: '' }, undefined, 'env', 'DBCREDS_PROD_PASSWORD_FILE is set'],
    [fromUser, { DBCREDS_PROD_URL: '' }, undefined, 'env', 'DBCREDS_PROD_URL is set'],
    [fromUser, { DBCREDS_PROD_SEAL: 'x', DBCREDS_DEV_URL: 'x' }, undefined, 'file', 'set in profiles.json'],
    [fromUser, { DBCREDS_PROD_URL: 'x' }, 'keychain', 'keychain', '--provider'],
  ] as const;
  for (const [profile, env, flag, name, why] of cases)
    assert.equal(choose(profileIn(folder, profile), contextIn(folder, env), flag), { name, why });
});

test('an option that names none is refused with those that are', () => {
  const error = refusal(() => choose(profileIn(folder), contextIn(folder), 'keyring'));
  assert.is(error.code, 'USAGE');
  assert.match(error.message, 'keychain, file, env, dotenv');
});

test('opens each by name', async () => {
  const context = contextIn(folder, { DBCREDS_PROD_PASSWORD: 'x' });
  const places = {
    keychain: /Service|Keychain|Manager/,
    file: /credentials\.age$/,
    env: /^DBCREDS_/,
    dotenv: /\.env$/,
  };
  for (const name of ['keychain', 'file', 'env', 'dotenv'] as const) {
    const provider = await open(name, profileIn(folder), context, hooksWith());
    assert.is(provider.name, name);
    assert.match(provider.place, places[name]);
  }
});

test('with a map, one keychain and one file serve all profiles; without, each has its own', async () => {
  const context = contextIn(folder);
  const opened = new Map<string, Provider>();
  const two = [profileIn(folder), profileIn(folder, { name: 'dev', id: 'shop/dev' })] as const;
  for (const name of ['keychain', 'file'] as const) {
    const [a, b] = await Promise.all(
      two.map((profile) => open(name, profile, context, { ...hooksWith(), opened })),
    );
    assert.ok(a && a === b, name);
    assert.ok((await open(name, two[0], context, hooksWith())) !== a, name);
  }
  const elsewhere = profileIn(folder, { filePath: join(folder, 'team.age') });
  assert.is(
    (await open('file', elsewhere, context, { ...hooksWith(), opened })).place,
    join(folder, 'team.age'),
  );
});

test('the env and dotenv of each profile are its own', async () => {
  writeFileSync(join(folder, '.env'), 'DBCREDS_PROD_PASSWORD=x\n');
  const provider = await open('dotenv', profileIn(folder), contextIn(folder), {
    ...hooksWith(),
    opened: new Map(),
  });
  assert.is((await provider.get(refOf()))?.current.password.reveal(), 'x');
});

test.run();
