import { assert, suite } from '../helpers/suite.ts';
import { assertRuns } from './attack.ts';
import { type Attempt, type Json, Victim } from './victim.ts';

const test = suite('hostile edits, in a job');

const passwords = ['Prod-4w7!zq%Lk/2@8', 'Dev-9x1?vb#Tn:6^3'];
const targets = [
  'postgresql://shop_app@db.company.example:5432/shop',
  'postgresql://shop@dev.company.example:5432/shop_dev',
];
const urls = targets.map((target, index) =>
  target.replace('@', `:${encodeURIComponent(passwords[index] ?? '')}@`),
);

/** How a job may hand a production password over. */
const ways: Record<string, Record<string, string>> = {
  'by URL': { DBCREDS_PROD_URL: urls[0] ?? '' },
  'by password and target': {
    DBCREDS_PROD_PASSWORD: passwords[0] ?? '',
    DBCREDS_PROD_TARGET: targets[0] ?? '',
  },
};

/** A project whose production needs no seal in a job: nothing in it could send the password elsewhere. */
function plain(file: Json): Json {
  file.profiles.prod = { url: targets[0], production: true };
  return file;
}

const prod = (keys: object, code = 'BINDING_CHANGED', says?: string | RegExp): Attempt => ({
  edit: (file, { trap }) => {
    const { profiles } = plain(file);
    profiles.prod = {
      ...profiles.prod,
      ...JSON.parse(JSON.stringify(keys).replaceAll('PORT', String(trap.port))),
    };
    for (const [key, value] of Object.entries(keys)) if (value === undefined) delete profiles.prod[key];
  },
  code,
  ...(says === undefined ? {} : { says }),
});

const attempts: Record<string, Attempt> = {
  'another host': prod(
    { url: 'postgresql://shop_app@evil.example/shop' },
    'BINDING_CHANGED',
    'is for another target',
  ),
  'another host, and no production': prod({
    url: 'postgresql://shop_app@127.0.0.1:PORT/shop',
    production: undefined,
    tls: { mode: 'disable' },
  }),
  'another engine': prod({ url: 'mysql://shop_app@db.company.example:5432/shop' }),
  hostAddress: prod({ hostAddress: '127.0.0.1:PORT' }, 'BINDING_CHANGED', 'needs DBCREDS_PROD_SEAL'),
  'hostAddress, and no production': prod(
    { hostAddress: '127.0.0.1:PORT', production: undefined, tls: { mode: 'disable' } },
    'BINDING_CHANGED',
    'was confirmed for production, but',
  ),
  'hostAddress off this machine, and no production': prod(
    { hostAddress: '203.0.113.7', production: undefined, tls: { mode: 'disable' } },
    'BINDING_CHANGED',
  ),
  'no production alone': prod({ production: undefined }, 'BINDING_CHANGED', 'does not call it that'),
  'a CA of its own': prod({ tls: { ca: 'certs/evil-ca.pem' } }, 'BINDING_CHANGED', 'a CA of its own'),
  'weaker TLS': prod({ tls: { mode: 'require' } }, 'BINDING_CHANGED', '(WEAK_TLS)'),
  'weaker TLS with a reason': prod(
    { tls: { mode: 'disable', because: 'old' } },
    'BINDING_CHANGED',
    'tls.mode disable',
  ),
  'further variables': prod(
    { inject: { DB_HOST: 'evil.example', DB_PASS: '{password}' } },
    'BINDING_CHANGED',
    'further variables (inject)',
  ),
  'several of these, all named': prod(
    { hostAddress: '127.0.0.1:PORT', tls: { ca: 'certs/evil-ca.pem' }, inject: { A: '{url}' } },
    'BINDING_CHANGED',
    /a hostAddress and a CA of its own and further variables/,
  ),
  'a .env file': prod({ provider: 'dotenv', production: undefined }, 'BINDING_CHANGED'),
  "development's variables": prod({ credential: 'dev', url: targets[1] }, 'BINDING_CHANGED'),
};

for (const [way, variables] of Object.entries(ways)) {
  const job = { ...variables, DBCREDS_DEV_URL: urls[1] ?? '', DBCREDS_CONFIRM: 'prod' };
  let victim: Victim;

  test(`${way}: unedited, the child gets the password`, async () => {
    victim = await Victim.job(job);
    victim.place.write('dbcreds.json', plain(victim.good));
    const { code, stdout } = await victim.dbcreds(['run', '-e', 'prod', '--', ...victim.child]);
    assert.is(code, 0);
    assert.ok(stdout.includes(`PGPASSWORD=${passwords[0]}\n`));
    assert.not.match(stdout, /^DBCREDS_(PROD|DEV|CONFIRM)/m);
    victim.restore();
  });

  for (const [name, attempt] of Object.entries(attempts))
    test(`${way}: ${name}`, () => victim.attempt(attempt));

  test(`${way}: with the seal that was printed at home everything in it counts, and nothing else`, async () => {
    const { stdout: seal } = await victim.dbcreds(['trust', 'prod', '--print']);
    assert.match(seal, /^[0-9a-f]{64}\n$/);
    const env = { DBCREDS_PROD_SEAL: seal.trim() };
    const { code, output } = await victim.dbcreds(victim.runArgs({}), { env });
    assert.is(code, 0, output);
    victim.restore();
    const edits: Record<string, object> = {
      'another CA': { tls: { ca: 'certs/evil-ca.pem' } },
      'another address': { hostAddress: '127.0.0.1' },
      'another variable': { inject: { DB_HOST: 'evil.example' } },
      'no production': { production: false },
      'another dialect': { urlStyle: 'none' },
    };
    for (const keys of Object.values(edits))
      await victim.attempt({
        edit: ({ profiles }) => {
          Object.assign(profiles.prod, keys);
        },
        env,
        code: 'BINDING_CHANGED',
        says: 'does not match DBCREDS_PROD_SEAL',
      });
  });

  test(`${way}: a seal that CI did not hand out is none`, async () => {
    await victim.attempt({
      edit: (file) => {
        plain(file);
      },
      env: { DBCREDS_PROD_SEAL: '' },
      code: 'BINDING_CHANGED',
      says: 'DBCREDS_PROD_SEAL is set but empty',
    });
    await victim.close();
  });
}

test('development in a job: an address off this machine needs the seal, and one of this machine does not', async () => {
  const victim = await Victim.job({ DBCREDS_DEV_URL: urls[1] ?? '' });
  const dev = (hostAddress: string): Attempt => ({
    edit: ({ profiles }) => {
      profiles.dev.hostAddress = hostAddress;
    },
    run: 'dev',
    code: 'BINDING_CHANGED',
    says: 'needs DBCREDS_DEV_SEAL',
  });
  await victim.attempt(dev('203.0.113.7'));
  await victim.attempt(dev('[2001:db8::1]:5432'));
  const file = victim.good;
  file.profiles.dev.hostAddress = '127.0.0.1:6543';
  victim.place.write('dbcreds.json', file);
  const { code, stdout } = await victim.dbcreds(['run', '-e', 'dev', '--', 'env']);
  assert.is(code, 0);
  assert.match(stdout, 'PGHOSTADDR=127.0.0.1');
  await victim.close();
});

test('a password without its target is not for production', async () => {
  const victim = await Victim.job({ DBCREDS_PROD_PASSWORD: passwords[0] ?? '', DBCREDS_CONFIRM: 'prod' });
  const attempt = prod({ url: 'postgresql://shop_app@evil.example/shop' }, 'NOT_FOR_PRODUCTION');
  await victim.attempt(attempt);
  await victim.attempt(
    prod({ url: 'postgresql://shop_app@evil.example/shop', production: undefined }, 'BINDING_CHANGED'),
  );
  await victim.close();
});

test('a variable that is set but empty is not replaced by another provider', async () => {
  const victim = await Victim.open('file');
  await assertRuns(victim);
  await victim.attempt({ env: { DBCREDS_PROD_URL: '' }, code: 'NO_CREDENTIAL', says: 'is set but empty' });
  await victim.close();
});

test.run();
