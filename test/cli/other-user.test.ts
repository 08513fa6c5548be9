import { chmodSync, chownSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, must, Shop } from '../commands/kit.ts';
import { cli, type Result, type RunOptions } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('cli: a user who may not see everything');

const nobody = 65_534;

type Run = (args: readonly string[], options?: RunOptions) => Promise<Result>;

/** The shop of a user with few rights, and the program where that user can read it. */
async function poorShop(profiles = {}): Promise<{ shop: Shop; as: Run }> {
  const shop = await Shop.open(profiles);
  const { folder, home, cwd } = shop.place;
  cpSync(dirname(cli), join(folder, 'dist'), { recursive: true });
  for (const path of [folder, home, cwd]) chmodSync(path, 0o755);
  for (const path of [home, cwd, ...readdirSync(cwd).map((name) => join(cwd, name))])
    chownSync(path, nobody, nobody);
  const as: Run = async (args, options) => {
    const words = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', process.execPath];
    const result = await shop.program('setpriv', [...words, join(folder, 'dist/cli.cjs'), ...args], options);
    assert.not.match(result.output, /\n {4}at |INTERNAL/);
    return result;
  };
  return { shop, as };
}

const canSwitch = async (): Promise<boolean> => {
  if (process.getuid?.() !== 0) return false;
  const { as } = await poorShop();
  return as(['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
};

if (await canSwitch()) {
  test("another user's home, as su and setpriv leave it in HOME, is not looked at", async () => {
    const env = {
      HOME: '/proc/1/root/x',
      DBCREDS_DEV_URL: 'postgresql://app:a-Secret-of-1@localhost:1/shop',
    };
    const { shop, as } = await poorShop({ dev: { url: 'postgresql://app@localhost:1/shop' } });
    const closed = join(shop.place.folder, 'closed');
    shop.place.write(join(closed, 'x'), '');
    chmodSync(closed, 0o700);
    for (const HOME of [closed, join(closed, 'deeper')]) {
      const ran = await as(['run', '-e', 'dev', '--', 'echo', 'ran'], { env: { ...env, HOME } });
      assert.equal([ran.code, ran.stdout], [0, 'ran\n'], ran.output);
      assert.is(must(await as(['list'], { env: { ...env, HOME } })).stderr, '');
      assert.match((await as(['doctor'], { env: { ...env, HOME } })).stdout, /no password was read/);
    }
    // But a folder that was asked for by its name counts, and what may stand in it.
    const named = await as(['list'], { env: { ...env, XDG_CONFIG_HOME: closed } });
    assert.is(codeOf(named), 'BAD_PROFILE');
    assert.match(named.stderr, /profiles\.json cannot be read \(EACCES\)/);
  });

  test('an import goes past files that may not be read, and says what it could not write', async () => {
    const line = 'DATABASE_URL=postgres://u:a-Secret-of-ours-1@h.example/d?sslmode=verify-full\n';
    const { shop, as } = await poorShop();
    const { cwd } = shop.place;
    shop.place.write('.env', `A=1\n${line}`);
    chownSync(join(cwd, '.env'), nobody, nobody);
    shop.place.write('.env.bak', line, 0o600);
    const scrub = ['import', '.env', '--scrub', '--no-test', '--provider', 'file'];
    must(await as(scrub));
    assert.is(readFileSync(join(cwd, '.env'), 'utf8'), 'A=1\n');
    shop.place.write('.env', line);
    chownSync(cwd, 0, 0);
    chmodSync(cwd, 0o711);
    const kept = await as(scrub);
    assert.equal([kept.code, codeOf(kept)], [1, 'FILE_ACCESS'], kept.output);
    assert.match(kept.stderr, /cannot be written \(EACCES\)[\s\S]*The passwords are stored\./);
    assert.is(readFileSync(join(cwd, '.env'), 'utf8'), line);
    assert.match(must(await as(['import'])).stderr, /no database password was found/);
  });
} else test.skip('as another user', 'only root may become another user');

test.run();
