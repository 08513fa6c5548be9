import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Pool } from 'pg';
import { shared } from '../../src/library/shared.ts';
import { Shop, urlOf } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { Keychain } from '../services/keychain.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';

const { credential, pgConfig }: typeof import('../../src/index.ts') = createRequire(import.meta.url)(
  join(project, 'dist/index.cjs'),
);

const test = suite<{ keychain: Keychain }>('the library, asked many times at once', {
  needs: ['postgresql', 'secret-service'],
});

test.before(async (context) => {
  context.keychain = await Keychain.open('unlocked');
  // The native library finds it by the process's own variables, and looks at them once.
  Object.assign(process.env, context.keychain.env);
});

test.after(({ keychain }) => keychain.close());

/** A shop whose password is in a keychain that this process can reach as well. */
async function inKeychain(keychain: Keychain, name: string): Promise<{ shop: Shop; options: object }> {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const profile = { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' } };
  const shop = await Shop.open({ [name]: { ...profile, provider: 'keychain' } }, keychain.env);
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  await shop.store(name, login.password);
  return { shop, options: { cwd: shop.place.cwd, env: { ...shop.place.env, ...shop.env } } };
}

test('a pool opens all its connections with few looks at the keychain', async ({ keychain }) => {
  const { shop, options } = await inKeychain(keychain, 'one');
  const pool = new Pool({ ...(await pgConfig('one', options)), max: 30 });
  const all = Array.from({ length: 30 }, () => pool.query('SELECT pg_sleep(0.2), pg_backend_pid() AS pid'));
  const pids = (await Promise.all(all)).map(({ rows }) => (rows[0] as { pid: number }).pid);
  assert.ok(new Set(pids).size > 10);
  await pool.end();
  const looks = shop.log().filter(({ event }) => event === 'run').length;
  assert.ok(looks >= 2 && looks < 30, `${looks} looks`);
});

test('a hundred calls take turns at the keychain, and each is answered; a closed one refuses all who wait', async ({
  keychain,
}) => {
  const { options } = await inKeychain(keychain, 'two');
  const ask = (): Promise<PromiseSettledResult<{ profile: string }>[]> =>
    Promise.allSettled(Array.from({ length: 100 }, () => credential('two', options)));
  assert.equal(
    (await ask()).filter(({ status }) => status === 'rejected'),
    [],
  );
  await keychain.lock();
  const refused = (await ask()) as { reason?: { code: string } }[];
  assert.equal([...new Set(refused.map(({ reason }) => reason?.code))], ['KEYCHAIN_LOCKED']);
  await keychain.unlock();
  assert.is((await credential('two', options)).profile, 'shop/two');
});

test('nobody gets an answer to a question that was asked before, and errors go to all who asked', async () => {
  let asked = 0;
  const answers: ((end: () => number) => void)[] = [];
  const ask = shared(async () => {
    asked += 1;
    return (await new Promise<() => number>((resolve) => answers.push(resolve)))();
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const first = [ask(), ask()];
  await turn();
  const later = [ask(), ask(), ask()];
  assert.is(asked, 1);
  answers[0]?.(() => {
    throw new Error('no');
  });
  assert.equal(
    (await Promise.allSettled(first)).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await turn();
  answers[1]?.(() => 2);
  assert.equal([await Promise.all(later), asked], [[2, 2, 2], 2]);
  const last = ask();
  await turn();
  answers[2]?.(() => 3);
  assert.is(await last, 3);
});

test.run();
