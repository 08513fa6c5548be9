import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type PoolOptions } from 'mysql2/promise';
import { Client, Pool } from 'pg';
import { must, type Shop, stocked } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { asAdmin } from '../services/server.ts';
import { use } from '../services/use.ts';

type Library = typeof import('../../src/index.ts');

/** As it was built, and as a program of Node's or a bundler's loads it. */
const library: Library = createRequire(import.meta.url)(join(project, 'dist/index.cjs'));
const { credential, databaseUrl, DbcredsError, list, mysqlConfig, pgConfig, rotate } = library;

const test = suite('the library', { needs: ['postgresql', 'mariadb', 'mysql'] });

const optionsOf = (shop: Shop): { cwd: string; env: Record<string, string> } => ({
  cwd: shop.place.cwd,
  env: { ...shop.place.env, ...shop.env } as Record<string, string>,
});

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.ok(error instanceof DbcredsError, String(error));
  return error.code;
}

test('the login of a profile, and the URL that a run would set', async () => {
  const { shop, login } = await stocked(await use('postgresql'), { expires: '90d' });
  const found = await credential('dev', optionsOf(shop));
  assert.equal(
    [found.profile, found.engine, found.user, found.password, found.database],
    ['shop/dev', 'postgresql', login.user, login.password, login.database],
  );
  assert.ok(found.expiresAt && found.expiresAt.getTime() > Date.now());
  const url = await databaseUrl('dev', optionsOf(shop));
  const run = must(await shop.dbcreds(['run', '-e', 'dev', '--', 'sh', '-c', 'printf %s "$DATABASE_URL"']));
  assert.is(url, run.stdout);
  const client = new Client(url);
  await client.connect();
  await client.end();
  assert.ok(shop.log().some(({ event }) => event === 'run'));
});

test('a pool of pg outlives a rotation, over verified TLS', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const pool = new Pool({ ...(await pgConfig('dev', optionsOf(shop))), max: 1 } as never);
  const who = async (): Promise<unknown> => (await pool.query('SELECT current_user AS who')).rows[0]?.who;
  assert.is(await who(), login.user);
  assert.equal((await rotate('dev', { ...optionsOf(shop), soleHolder: true })).outcome, 'rotated');
  // The open connection lives on; the next one asks anew.
  await pool.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {});
  assert.is(await who(), login.user);
  const { rows } = await pool.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  assert.equal(rows, [{ ssl: true }]);
  await pool.end();
});

for (const engine of ['mariadb', 'mysql'] as const)
  test(`a pool of mysql2 outlives a rotation, ${engine}`, async () => {
    const { shop, login } = await stocked(await use(engine));
    const config = (await mysqlConfig('dev', optionsOf(shop))) as unknown as PoolOptions;
    const pool = createPool({ ...config, connectionLimit: 1 });
    const who = async (): Promise<string> => {
      const [rows] = await pool.query('SELECT CURRENT_USER() AS who');
      return String((rows as { who: string }[])[0]?.who);
    };
    assert.match(await who(), login.user);
    await rotate('dev', { ...optionsOf(shop), soleHolder: true });
    await pool.query('KILL CONNECTION_ID()').catch(() => {});
    await sleep(300);
    assert.match(await who(), login.user);
    const [rows] = await pool.query("SHOW STATUS LIKE 'Ssl_version'");
    assert.match(JSON.stringify(rows), 'TLSv1');
    await pool.end();
  });

test('a wrong certificate is refused by the configuration, whatever NODE_EXTRA_CA_CERTS says', async () => {
  const { shop } = await stocked(await use('postgresql', 'otherName'));
  const client = new Client((await pgConfig('dev', optionsOf(shop))) as never);
  const error = await client.connect().then(
    () => undefined,
    (thrown) => thrown as { code?: string },
  );
  assert.is(error?.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('production must be named, and nobody is asked', async () => {
  const { shop } = await stocked(await use('postgresql'), { production: true }, 'prod');
  assert.is(await refusal(credential('prod', optionsOf(shop))), 'CONFIRM');
  assert.is(await refusal(credential('prod', { ...optionsOf(shop), confirm: 'dev' })), 'CONFIRM');
  assert.is((await credential('prod', { ...optionsOf(shop), confirm: 'prod' })).profile, 'shop/prod');
});

test('what is wrong is thrown with its code; nothing is printed', async () => {
  const server = await use('postgresql');
  const { shop } = await stocked(server, { expires: '1d' });
  assert.is(await refusal(credential('nope', optionsOf(shop))), 'NO_PROFILE');
  for (const name of [undefined, {}]) assert.is(await refusal(credential(name as never)), 'USAGE');
  assert.is(await refusal(mysqlConfig('dev', optionsOf(shop))), 'USAGE');
  assert.is(await refusal(rotate('dev', optionsOf(shop))), 'SHARED_SECRET');
  const heard: string[] = [];
  await credential('dev', { ...optionsOf(shop), onWarning: (message) => heard.push(message) });
  assert.match(heard.join(), /^the password of dev expires in (23 hours|1 day) \(EXPIRES_SOON\)$/);
  const [dev] = await list(optionsOf(shop));
  assert.equal([dev?.profile, dev?.state, dev?.unfinished], ['shop/dev', 'soon', []]);
  await asAdmin(server, 'SELECT 1');
  assert.ok(readFileSync(join(project, 'dist/types/index.d.ts'), 'utf8').includes('pgConfig'));
});

test.run();
