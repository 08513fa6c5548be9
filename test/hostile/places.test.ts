import { chownSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { type Attempt, Victim } from './victim.ts';

const test = suite('other places of dbcreds.json', { needs: ['secret-service'] });
let victim: Victim;
test.before(async () => {
  victim = await Victim.open('keychain');
});
test.after(() => victim.close());

const changed = { code: 'BINDING_CHANGED', says: 'was never used from' };

/** A clone beside the victim's, with the same certificates; `.git` ends the search. */
function clone(name: string, file: object | null = victim.good): string {
  const folder = join(victim.place.home, name);
  victim.place.write(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
  for (const pem of ['company-ca', 'evil-ca'])
    victim.place.write(join(folder, `certs/${pem}.pem`), victim.pem(pem));
  if (file) victim.place.write(join(folder, 'dbcreds.json'), file);
  return folder;
}

/** Runs where the place was never allowed. */
const refused = (cwd: string, attempt: Partial<Attempt> = {}): Promise<void> =>
  victim.attempt({ ...changed, ...attempt, cwd });

async function goesThrough(cwd: string): Promise<void> {
  const { code, stderr, stdout } = await victim.dbcreds(victim.runArgs({}), { cwd });
  assert.equal([code, stderr], [0, '']);
  assert.match(stdout, `PGPASSWORD=${victim.passwords[0]}\n`);
  victim.restore();
}

test('another clone of the same project', () => refused(clone('clone')));

test('another clone whose project calls itself the same, for another server', async () => {
  const file = victim.good;
  file.profiles.prod = { url: 'postgresql://shop_app@evil.example/shop', provider: 'keychain' };
  await refused(clone('evil', file), { says: 'is for another target' });
});

test('a copy further down', async () => {
  victim.place.write('packages/evil/dbcreds.json', victim.good);
  await refused(join(victim.place.cwd, 'packages/evil'), { code: 'BAD_PROFILE', says: 'company-ca.pem' });
  const file = victim.good;
  file.profiles.prod.tls.ca = '../../certs/company-ca.pem';
  victim.place.write('packages/evil/dbcreds.json', file);
  await refused(join(victim.place.cwd, 'packages/evil'));
  victim.remove('packages');
});

test('a copy that comes by a submodule', async () => {
  const folder = join(victim.place.cwd, 'vendor/lib');
  victim.place.write(join(folder, '.git'), 'gitdir: ../../.git/modules/lib\n');
  victim.place.write(join(folder, 'certs/company-ca.pem'), victim.pem('company-ca'));
  victim.place.write(join(folder, 'dbcreds.json'), victim.good);
  await refused(join(folder, 'certs'));
  victim.remove('vendor');
});

test('the same file under another name of its own', async () => {
  const folder = clone('hard', null);
  linkSync(join(victim.place.cwd, 'dbcreds.json'), join(folder, 'dbcreds.json'));
  await refused(folder);
});

test('the file moved with its folder', async () => {
  const moved = join(victim.place.home, 'moved');
  renameSync(victim.place.cwd, moved);
  mkdirSync(victim.place.cwd);
  await refused(moved);
  rmSync(victim.place.cwd, { recursive: true });
  renameSync(moved, victim.place.cwd);
});

test('a link to the file that was allowed is that file, and nothing beside the link counts', async () => {
  const folder = clone('linked', null);
  victim.place.write(join(folder, 'certs/company-ca.pem'), victim.pem('evil-ca'));
  symlinkSync(join(victim.place.cwd, 'dbcreds.json'), join(folder, 'dbcreds.json'));
  await goesThrough(folder);
});

test('a link in the place of the file leads to where nothing was allowed', async () => {
  const folder = clone('elsewhere');
  await victim.attempt({
    ...changed,
    edit: (_, { place }) => {
      victim.remove('dbcreds.json');
      symlinkSync(join(folder, 'dbcreds.json'), join(place.cwd, 'dbcreds.json'));
      return true;
    },
    says: join(folder, 'dbcreds.json'),
  });
});

test('a link in the place of the folder leads to the same real path', async () => {
  symlinkSync(victim.place.cwd, join(victim.place.home, 'shortcut'));
  await goesThrough(join(victim.place.home, 'shortcut'));
  symlinkSync(clone('trap'), join(victim.place.home, 'shortcut2'));
  await refused(join(victim.place.home, 'shortcut2'));
});

test('a file above the root of the repository, or above home, is not found', async () => {
  const inner = join(victim.place.home, 'outer/inner');
  victim.place.write(join(inner, '.git/HEAD'), 'x');
  victim.place.write(join(dirname(inner), 'dbcreds.json'), victim.good);
  await refused(inner, { code: 'NO_PROFILE', says: /there is no profile/ });
  victim.place.write(join(victim.place.folder, 'dbcreds.json'), victim.good);
  await refused(victim.place.home, { code: 'NO_PROFILE', says: /there is no profile/ });
  rmSync(join(victim.place.folder, 'dbcreds.json'));
});

test('home is home by whatever name', async () => {
  const link = join(victim.place.folder, 'home-link');
  symlinkSync(victim.place.home, link);
  victim.place.write(join(victim.place.folder, 'dbcreds.json'), victim.good);
  await refused(victim.place.home, { env: { HOME: link }, code: 'NO_PROFILE', says: /there is no profile/ });
  rmSync(join(victim.place.folder, 'dbcreds.json'));
});

if (process.getuid?.() === 0)
  test("somebody else's file is an error, and not passed over for one further up", async () => {
    victim.place.write('sub/dbcreds.json', victim.good);
    chownSync(join(victim.place.cwd, 'sub/dbcreds.json'), 65534, 65534);
    await refused(join(victim.place.cwd, 'sub'), { code: 'UNSAFE_FILE', says: 'belongs to user 65534' });
    victim.remove('sub');
  });
else test.skip("somebody else's file is an error", 'only root can give a file away');

test.run();
