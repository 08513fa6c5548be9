import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('trust', { needs: ['pty'] });

const url = 'postgresql://app@localhost:5432/shop';
const password = 'a-Secret-of-the-shop-1';
const run = ['run', '-e', 'dev', '--', 'sh', '-c', 'printf %s "$PGPASSWORD"'];

const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

async function stored(): Promise<Shop> {
  const shop = await Shop.open({ dev: { url } });
  await shop.store('dev', password);
  return shop;
}

test('nothing has changed', async () => {
  const shop = await stored();
  const { stdout, stderr } = must(await shop.dbcreds(['trust', 'dev']));
  assert.is(stdout, '');
  assert.is(stderr, `dbcreds: ${shop.file} may use the password of dev; nothing has changed\n`);
});

test('a change is shown and asked about; only "yes" allows it', async () => {
  const shop = await stored();
  shop.write({ dev: { url, hostAddress: '127.0.0.1:7000' } });
  assert.is(codeOf(await shop.dbcreds(run)), 'BINDING_CHANGED');
  for (const answer of ['', 'y', 'dev', 'no']) {
    const trust = shop.terminal(['trust', 'dev']);
    const shown = await trust.expect('Use the password here from now on? Type yes: ');
    assert.match(shown, /the password of dev was stored for another setting:/);
    assert.match(shown, /127\.0\.0\.1:7000 {2}\(allowed: localhost:5432\)/);
    assert.match(shown, /If you did not make this change, somebody may be after the password\./);
    trust.answer(answer);
    assert.equal(await trust.end(), { code: 125, signal: null });
    assert.is(codeOf(await shop.dbcreds(run)), 'BINDING_CHANGED');
  }
  const trust = shop.terminal(['trust', 'dev']);
  await trust.expect('Type yes: ');
  trust.answer('yes');
  assert.equal(await trust.end(), { code: 0, signal: null });
  assert.is(must(await shop.dbcreds(run)).stdout, password);
  assert.is(shop.log().filter(({ event }) => event === 'trust').length, 1);
});

test('without a terminal nobody allows anything', async () => {
  const shop = await stored();
  shop.write({ dev: { url: url.replace('localhost', 'db.example.com') } });
  const { code, stderr } = await shop.dbcreds(['trust', 'dev']);
  assert.equal([code, codeOf({ stderr })], [125, 'NO_TERMINAL']);
  assert.match(stderr, /for a job, set DBCREDS_DEV_SEAL to: {2}dbcreds trust dev --print\n$/);
});

test('a copy of the project in another folder is another place', async () => {
  const shop = await stored();
  const copy = join(shop.place.home, 'copy');
  mkdirSync(copy);
  shop.place.write(join(copy, 'dbcreds.json'), {
    project: 'shop',
    profiles: { dev: { url, provider: 'file' } },
  });
  assert.is(codeOf(await shop.dbcreds(run, { cwd: copy })), 'BINDING_CHANGED');
  const trust = shop.terminal(['trust', 'dev'], { cwd: copy });
  const shown = await trust.expect('Type yes: ');
  assert.ok(shown.includes(`was never used from ${copy}/dbcreds.json`), shown);
  trust.answer('yes');
  await trust.end();
  for (const cwd of [copy, shop.place.cwd])
    assert.is(must(await shop.dbcreds(run, { cwd })).stdout, password);
  // The same content elsewhere is not the same place.
  renameSync(copy, `${copy}2`);
  assert.is(codeOf(await shop.dbcreds(run, { cwd: `${copy}2` })), 'BINDING_CHANGED');
});

test('--print: a hash that stays the same, and what it covers changes it', async () => {
  const shop = await Shop.open({ dev: { url } });
  const print = async (entry: object): Promise<string> => {
    shop.write({ dev: { url, ...entry } });
    return must(await shop.dbcreds(['trust', 'dev', '--print'])).stdout;
  };
  shop.place.write('a.pem', pem('A'));
  const plain = await print({});
  assert.match(plain, /^[0-9a-f]{64}\n$/);
  assert.is(await print({ description: 'other' }), plain);
  assert.is(await print({ warn: '3d' }), plain);
  const seals = [
    plain,
    await print({ url: url.replace('localhost', 'elsewhere') }),
    await print({ hostAddress: '127.0.0.1:7000' }),
    await print({ tls: { mode: 'verify-full' } }),
    await print({ tls: { mode: 'verify-full', ca: 'a.pem' } }),
    await print({ tls: { mode: 'verify-full' }, production: true }),
  ];
  shop.place.write('a.pem', pem('B'));
  seals.push(await print({ tls: { mode: 'verify-full', ca: 'a.pem' } }));
  assert.is(new Set(seals).size, seals.length);
});

test('the printed seal holds a job to the profile that it was printed for', async () => {
  const shop = await Shop.open({ dev: { url } });
  const seal = must(await shop.dbcreds(['trust', 'dev', '--print'])).stdout.trim();
  const env = { DBCREDS_DEV_PASSWORD: password, DBCREDS_DEV_SEAL: seal };
  assert.is(must(await shop.dbcreds(run, { env })).stdout, password);
  shop.write({ dev: { url, hostAddress: '127.0.0.1:7000' } });
  assert.is(codeOf(await shop.dbcreds(run, { env })), 'BINDING_CHANGED');
});

test.run();
