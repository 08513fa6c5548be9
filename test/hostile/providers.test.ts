import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Encrypter, identityToRecipient } from 'age-encryption';
import { assert, suite } from '../helpers/suite.ts';
import { Victim } from './victim.ts';

const test = suite('another provider, of the repository', { needs: ['secret-service'] });
const bait = 'Bait-0000-of-the-attacker';

/** An age file for the victim, whose recipient is no secret, with records of the attacker's making. */
async function ageFile(victim: Victim, records: object): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(victim.env.DBCREDS_AGE_KEY ?? ''));
  const data = await encrypter.encrypt(JSON.stringify({ v: 1, records }));
  victim.place.write('evil.age', '', 0o600);
  writeFileSync(join(victim.place.cwd, 'evil.age'), data);
}

const record = (target: string, production: boolean, user?: string): object => ({
  v: 1,
  targets: [target],
  production,
  current: { password: bait, setAt: '2026-08-14T10:00:00Z', ...(user ? { user } : {}) },
  revision: 1,
});

const evil = 'postgresql://shop_app@evil.example:5432/shop';

test('a .env file that claims the target, for a production profile made an ordinary one', async () => {
  const victim = await Victim.open('keychain');
  victim.place.write('.env', `DBCREDS_PROD_URL=${evil.replace('@', `:${bait}@`)}\n`);
  await victim.attempt({
    edit: ({ profiles }) => {
      profiles.prod = { url: evil, provider: 'dotenv' };
    },
    code: 'BINDING_CHANGED',
    says: /production +false +\(allowed: true\)/,
  });
  await victim.attempt({
    edit: ({ profiles }, { place }) => {
      place.write('.env', 'DATABASE_URL=postgresql://shop:Bait-0000@evil.example:5432/shop_dev\n');
      profiles.dev.url = 'postgresql://shop@evil.example:5432/shop_dev';
      profiles.dev.provider = 'dotenv';
    },
    run: 'dev',
    code: 'BINDING_CHANGED',
  });
  await victim.close();
});

test('an age file of the repository for another target', async () => {
  const victim = await Victim.open('file');
  await ageFile(victim, { 'shop/prod': record(evil, false), 'shop/dev': record(evil, false) });
  for (const run of ['prod', 'dev'])
    await victim.attempt({
      edit: ({ profiles }) => {
        profiles[run] = { url: evil, provider: 'file', file: { path: 'evil.age' } };
      },
      run,
      code: 'BINDING_CHANGED',
    });
  await victim.close();
});

test("an age file of the repository for the true target gives the attacker's own password away, and no other", async () => {
  const victim = await Victim.open('file');
  const target = 'postgresql://shop@dev.company.example:5432/shop_dev';
  await ageFile(victim, { 'shop/dev': record(target, false) });
  const { profiles, ...file } = victim.good;
  profiles.dev.file = { path: 'evil.age' };
  victim.place.write('dbcreds.json', { ...file, profiles });
  const { code, stdout } = await victim.dbcreds(victim.runArgs({ run: 'dev' }));
  assert.is(code, 0);
  assert.match(stdout, `PGPASSWORD=${bait}\n`);
  for (const password of victim.passwords) assert.not.match(stdout, password);
  await victim.close();
});

test('an age file elsewhere, whose record is bound to another target', async () => {
  const [victim, other] = [await Victim.open('file'), await Victim.open('file')];
  const theirs = join(other.place.home, '.local/share/dbcreds/credentials.age');
  assert.ok(existsSync(theirs));
  await victim.attempt({
    edit: ({ profiles }) => {
      profiles.prod.file = { path: theirs };
      profiles.prod.url = evil;
    },
    env: { DBCREDS_AGE_KEY: other.env.DBCREDS_AGE_KEY ?? '' },
    code: 'BINDING_CHANGED',
    says: 'is for another target',
  });
  await victim.close();
  await other.close();
});

/** Development whose password is in a `.env` file of the repository, for a server of the attacker. */
async function bySecretFile(lines: string): Promise<void> {
  const victim = await Victim.job({});
  const key = victim.place.write(join(victim.place.home, '.ssh/id'), 'Private-key-of-the-reader\n', 0o600);
  victim.place.write('.env', lines.replaceAll('KEY', key));
  await victim.attempt({
    edit: ({ profiles }, { trap }) => {
      const url = `postgresql://x@127.0.0.1:${trap.port}/x`;
      profiles.dev = { url, provider: 'dotenv', tls: { mode: 'disable' } };
    },
    run: 'dev',
    code: 'BAD_VARIABLE',
    says: 'names another file',
  });
  const file = victim.good;
  file.profiles.dev = { url: `postgresql://x@127.0.0.1:${victim.trap.port}/x`, provider: 'dotenv' };
  victim.place.write('dbcreds.json', file);
  for (const args of [['test', 'dev'], ['list'], ['show', 'dev'], ['check']]) {
    const { output } = await victim.dbcreds(args);
    assert.is(victim.trap.connections, 0, output);
    assert.not.match(output, 'Private-key');
  }
  await victim.close();
}

test('a .env file that has a file of its reader sent to a server', async () => {
  await bySecretFile('DBCREDS_DEV_PASSWORD_FILE=KEY\n');
  await bySecretFile('DBCREDS_DEV_URL_FILE=KEY\n');
  await bySecretFile('DATABASE_URL_FILE=KEY\n');
});

test('a .env file of another project, whose password does not say where it belongs', async () => {
  const victim = await Victim.job({});
  const other = victim.place.write(
    join(victim.place.home, 'other/.env'),
    'DBCREDS_DEV_PASSWORD=Secret-of-another\n',
  );
  const reach: ((victim: Victim) => object)[] = [
    () => ({ file: { path: '../other/.env' } }),
    () => ({ file: { path: other } }),
    ({ place }) => {
      symlinkSync(other, join(place.cwd, '.env'));
      return {};
    },
  ];
  for (const make of reach) {
    await victim.attempt({
      edit: ({ profiles }, { trap }) => {
        const url = `postgresql://x@127.0.0.1:${trap.port}/x`;
        profiles.dev = { url, provider: 'dotenv', tls: { mode: 'disable' }, ...make(victim) };
      },
      run: 'dev',
      code: 'BAD_VARIABLE',
      says: 'does not say where it belongs',
    });
  }
  await victim.close();
});

test('trust that was lost is not taken for granted', async () => {
  const victim = await Victim.open('file');
  rmSync(join(victim.place.home, '.local/share/dbcreds/trust.json'));
  await victim.attempt({ code: 'BINDING_CHANGED', says: 'was never used from' });
  await victim.close();
});

test('trust that cannot be read, or that others could write, stops all', async () => {
  const victim = await Victim.open('file');
  const trust = join(victim.place.home, '.local/share/dbcreds/trust.json');
  for (const text of ['', '[]', 'null', '{}', '{"v":1,"places":null}', '{"v":2,"places":{}}']) {
    victim.place.write(trust, text, 0o600);
    await victim.attempt({ code: 'BAD_PROFILE', says: 'cannot be understood' });
  }
  victim.place.write(trust, '{"v":1,"places":{}}', 0o666);
  await victim.attempt({ code: 'UNSAFE_FILE' });
  await victim.close();
});

test.run();
