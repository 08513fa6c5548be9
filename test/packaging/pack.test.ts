import { chmodSync, copyFileSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { must, Shop, type Written } from '../commands/kit.ts';
import { temporary } from '../helpers/folders.ts';
import { program, type Result, type RunOptions } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import {
  type Installed,
  install,
  installWithoutOptional,
  npm,
  type Packed,
  pack,
  withoutBinary,
} from './installed.ts';

const test = suite('the package', { needs: ['secret-service', 'man', 'node24'] });

const made: { packed?: Packed; installed?: Installed } = {};
test.before(async () => {
  made.packed = await pack();
  made.installed = await install(made.packed.file);
});

/** What was made before the first test. */
function ready(): { packed: Packed; installed: Installed } {
  const { packed, installed } = made;
  if (!packed || !installed) throw new Error('the package was not installed');
  return { packed, installed };
}

const password = 'pw-4711-Zz9-long';
const dev: Written = { url: 'postgresql://app@localhost:1/shop', provider: 'keychain' };
const given = { DBCREDS_DEV_URL: `postgresql://app:${password}@localhost:1/shop` };
const print = ['run', '-e', 'dev', '--', 'printenv', 'PGPASSWORD'];

/** `dbcreds`, found in the PATH as it was installed. */
const call = ({ bin }: Installed, args: readonly string[], options: RunOptions): Promise<Result> =>
  program('dbcreds', args, { ...options, env: { ...options.env, PATH: `${bin}:${process.env.PATH}` } });

test('holds what was built, and nothing else', () => {
  const { packed } = ready();
  const paths = packed.files.map(({ path }) => path).sort();
  const built = (readdirSync(join(project, 'dist'), { recursive: true }) as string[])
    .filter((name) => !name.endsWith('.cache') && lstatSync(join(project, 'dist', name)).isFile())
    .map((name) => `dist/${name}`);
  const others = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md'];
  const scripts = ['bash', 'fish', 'ps1', 'zsh'].map((shell) => `completions/dbcreds.${shell}`);
  assert.equal(paths, [...built, ...others, ...scripts, 'package.json', 'schema.json'].sort());
  for (const name of built)
    assert.match(
      name,
      /^dist\/([a-z-]+\.cjs|THIRD-PARTY-NOTICES\.txt|dbcreds\.1|types\/([a-z-]+\/)*([a-z\d-]+\.d\.ts|package\.json))$/,
    );
  assert.equal(
    packed.files.filter(({ mode }) => mode & 0o111).map(({ path }) => path),
    ['dist/cli.cjs'],
  );
  assert.ok(
    packed.size < 1_200_000 && packed.unpackedSize < 4_000_000,
    `${packed.size}, ${packed.unpackedSize}`,
  );
});

test('names no machine that it was built on, and no source map', () => {
  const { installed, packed } = ready();
  const traces = [project, realpathSync(project), homedir(), hostname(), 'sourceMappingURL'].filter(
    (text) => text.length > 4,
  );
  for (const { path } of packed.files) {
    const text = readFileSync(join(installed.root, path), 'utf8');
    assert.equal(
      traces.filter((trace) => text.includes(trace)),
      [],
      path,
    );
  }
});

test('installs two packages, and runs no script of theirs', () => {
  const { installed } = ready();
  const scope = readdirSync(join(installed.root, 'node_modules/@napi-rs'));
  assert.equal(
    readdirSync(join(installed.root, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['@napi-rs'],
  );
  assert.equal(
    scope.filter((name) => !name.startsWith('keyring-')),
    ['keyring'],
  );
  for (const folder of ['../..', ...scope]) {
    const path = join(installed.root, 'node_modules/@napi-rs', folder, 'package.json');
    const { scripts = {} } = JSON.parse(readFileSync(path, 'utf8'));
    assert.equal(
      Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name)),
      [],
      path,
    );
  }
});

test('from an empty prefix: version, help, completion, a run, the manual page', async () => {
  const { installed } = ready();
  const shop = await Shop.open({ dev });
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const options = shop.options({ env: given });
  assert.is(must(await call(installed, ['--version'], options)).stdout, `dbcreds ${version}\n`);
  assert.match(must(await call(installed, ['--help'], options)).stdout, 'Usage: dbcreds <command>');
  assert.match(must(await call(installed, ['completion', 'fish'], options)).stdout, 'complete -c dbcreds');
  const run = must(await call(installed, print, options));
  assert.equal([run.stdout, run.stderr], [`${password}\n`, '']);
  const { man = '' } = await use('man');
  const page = await program(man, ['-M', join(installed.prefix, 'share/man'), 'dbcreds'], {
    env: { MANPAGER: 'cat' },
  });
  assert.match(must(page).stdout, 'run any command with the right database credentials');
});

test('a password goes into the keychain and comes out', async () => {
  const keychain = await Keychain.open('unlocked');
  const shop = await Shop.open({ dev }, keychain.env);
  const stored = await call(
    ready().installed,
    ['add', 'dev', '--password-stdin', '--no-test'],
    shop.options({ input: password }),
  );
  assert.match(must(stored).output, /stored the password of shop\/dev in Secret Service/);
  assert.is(must(await call(ready().installed, print, shop.options())).stdout, `${password}\n`);
  const doctor = await call(ready().installed, ['doctor'], shop.options());
  assert.match(must(doctor).output, 'the library for it is installed');
  await keychain.close();
});

for (const [how, get] of [
  ['taken away', async () => withoutBinary(ready().installed)],
  ['left out by --omit=optional', () => installWithoutOptional(ready().packed.file)],
] as const)
  test(`the keychain's binary ${how}: other providers work, and the error and the doctor tell what to do`, async () => {
    const installed = await get();
    const keychain = await Keychain.open('unlocked');
    const shop = await Shop.open({ dev, filed: { ...dev, provider: 'file' } }, keychain.env);
    assert.is(must(await call(installed, print, shop.options({ env: given }))).stdout, `${password}\n`);
    must(
      await call(
        installed,
        ['add', 'filed', '--password-stdin', '--no-test'],
        shop.options({ input: password }),
      ),
    );
    const filed = print.with(2, 'filed');
    assert.is(must(await call(installed, filed, shop.options())).stdout, `${password}\n`);
    for (const args of [print, ['add', 'dev', '--password-stdin', '--no-test']]) {
      const { code, stdout, stderr } = await call(installed, args, shop.options({ input: password }));
      assert.equal([code, stdout], [125, '']);
      assert.match(
        stderr,
        /the keychain cannot be asked: the library for it is not installed for linux-\S+ \(KEYCHAIN_MISSING\)/,
      );
      assert.match(stderr, /npm install --include=optional dbcreds/);
      assert.match(stderr, /dbcreds add dev --provider file/);
    }
    const doctor = await call(installed, ['doctor'], shop.options());
    assert.is(doctor.code, 1);
    assert.match(doctor.output, /the library for it is not installed for linux-/);
    assert.match(doctor.output, /npm install --include=optional dbcreds/);
    await keychain.close();
  });

test('as npx runs it', async () => {
  const shop = await Shop.open({ dev });
  const args = ['exec', '--yes', `--package=${ready().packed.file}`, '--', 'dbcreds', ...print];
  const { stdout } = await npm(args, shop.place.cwd, given);
  assert.is(stdout, `${password}\n`);
});

const another = 'installed by root, used by another: nothing is written there, and nothing said';
if (process.getuid?.() !== 0) test.skip(another, 'only root can be another');
else test(another, usedByAnother);

async function usedByAnother(): Promise<void> {
  const { installed } = ready();
  // Node 24 becomes the command, and keeps the compiled form of the core where it may.
  const bin = temporary('n');
  copyFileSync((await use('node', '24')).file, join(bin, 'node'));
  const { env, place } = await Shop.open({ dev });
  for (const folder of [place.folder, bin, installed.prefix]) chmodSync(folder, 0o755);
  must(await program('chown', ['-R', '65534:65534', place.folder]));
  const options = { place, env: { ...env, ...given, PATH: `${bin}:${installed.bin}:${process.env.PATH}` } };
  const other = ['--reuid=65534', '--regid=65534', '--clear-groups', 'dbcreds', ...print];
  const caches = (): string[] =>
    readdirSync(join(installed.root, 'dist')).filter((name) => name.includes('-v24.'));
  const run = must(await program('setpriv', other, options));
  assert.equal([run.stdout, run.stderr, caches()], [`${password}\n`, '', []]);
  // Its owner may.
  const own = await Shop.open({ dev });
  assert.is(must(await own.program('dbcreds', print, { env: options.env })).stdout, `${password}\n`);
  assert.is(caches().length, 1);
  // Which serves the other too.
  const next = must(await program('setpriv', other, options));
  assert.equal([next.stdout, next.stderr, caches().length], [`${password}\n`, '', 1]);
}

test.run();
