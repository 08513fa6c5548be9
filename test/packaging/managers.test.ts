import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { must, Shop } from '../commands/kit.ts';
import { newPlace } from '../helpers/place.ts';
import { program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { npmEnvironment, pack } from './installed.ts';

const test = suite('the package by other managers', { needs: ['secret-service', 'pnpm', 'yarn'] });

const made: { archive?: string } = {};
test.before(async () => {
  made.archive = (await pack()).file;
});

/** Where each puts programs, and how it is told to install an archive. */
const managers: readonly (readonly [
  what: string,
  command: (folder: string) => Promise<string[]>,
  bin: string,
])[] = [
  // Its dependencies are seen by dbcreds alone, and the binary by the keyring alone.
  ['pnpm', async () => [(await use('host', 'pnpm')).file, 'add'], 'node_modules/.bin'],
  ['pnpm, for everybody', async () => [(await use('host', 'pnpm')).file, 'add', '--global'], 'global/bin'],
  [
    'yarn',
    async () => [process.execPath, (await use('host', 'yarn')).file, '--non-interactive', 'add'],
    'node_modules/.bin',
  ],
  [
    'yarn, for everybody',
    async (folder) => [
      ...[process.execPath, (await use('host', 'yarn')).file, '--non-interactive', 'global', 'add'],
      ...['--prefix', folder, '--global-folder', join(folder, 'all')],
    ],
    'bin',
  ],
];

for (const [what, command, bin] of managers)
  test(`${what}: a password goes into the keychain and comes out`, async () => {
    const place = newPlace();
    place.write('package.json', { name: 'consumer', private: true });
    const path = join(place.cwd, bin);
    mkdirSync(path, { recursive: true });
    const env = {
      ...npmEnvironment(),
      PNPM_HOME: path.replace(/\/bin$/, ''),
      PATH: `${path}:${process.env.PATH}`,
    };
    const [file = '', ...args] = await command(place.cwd);
    must(await program(file, [...args, made.archive ?? ''], { place, env, timeout: 120_000 }));

    const keychain = await Keychain.open('unlocked');
    const dev = { url: 'postgresql://app@localhost:1/shop', provider: 'keychain' };
    const shop = await Shop.open({ dev }, { ...keychain.env, PATH: env.PATH });
    must(
      await shop.program('dbcreds', ['add', 'dev', '--password-stdin', '--no-test'], {
        input: 'pw-4711-Zz9-long',
      }),
    );
    const run = must(await shop.program('dbcreds', ['run', '-e', 'dev', '--', 'printenv', 'PGPASSWORD']));
    assert.equal([run.stdout, run.stderr], ['pw-4711-Zz9-long\n', '']);
    assert.match(must(await shop.program('sh', ['-c', 'command -v dbcreds'])).stdout, path);
    await keychain.close();
  });

test.run();
