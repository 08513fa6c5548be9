import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, must, Shop } from '../commands/kit.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { use } from '../services/use.ts';

const test = suite('shells that are set up, or bare', { needs: ['direnv', 'pty'] });

const url = (name: string): string => `postgresql://app@localhost/${name}`;
const secret = (name: string): string => `postgresql://app:Correct-Horse-7-Battery@localhost/${name}`;

async function open(): Promise<Shop> {
  const profiles = { dev: { url: url('dev') }, staging: { url: url('staging') } };
  const prod = { url: url('prod'), production: true, tls: { mode: 'verify-full' } };
  const shop = await Shop.open({ ...profiles, prod });
  for (const name of ['dev', 'staging', 'prod']) shop.place.write(`${name}_url`, `${secret(name)}\n`, 0o600);
  shop.place.write('bin/.keep', '');
  symlinkSync(cli, join(shop.place.cwd, 'bin/dbcreds'));
  symlinkSync(process.execPath, join(shop.place.cwd, 'bin/node'));
  return shop;
}

const files = (shop: Shop): { [name: string]: string } =>
  Object.fromEntries(
    ['dev', 'staging', 'prod'].map((name) => [
      `DBCREDS_${name.toUpperCase()}_URL_FILE`,
      join(shop.place.cwd, `${name}_url`),
    ]),
  );

test('direnv: DBCREDS_ENV of the folder selects the profile, --env wins, production is asked for', async () => {
  const { direnv = '' } = await use('direnv');
  const shop = await open();
  shop.place.write('.envrc', 'export DBCREDS_ENV=staging\n');
  shop.place.write('prod/.envrc', 'export DBCREDS_ENV=prod\n');
  const env = {
    ...files(shop),
    PATH: `${join(shop.place.cwd, 'bin')}:${dirname(direnv)}:${process.env.PATH}`,
  };
  const within = (folder: string, ...argv: string[]) =>
    shop.program(direnv, ['exec', folder, ...argv], { env });
  for (const folder of ['.', 'prod']) must(await shop.program(direnv, ['allow', folder], { env }));
  const run = ['dbcreds', 'run', '--', 'printenv', 'PGDATABASE'];
  assert.is(must(await within('.', ...run)).stdout, 'staging\n');
  const other = ['dbcreds', 'run', '--env', 'dev', '--', 'printenv', 'PGDATABASE'];
  assert.is(must(await within('.', ...other)).stdout, 'dev\n');
  assert.match(must(await within('.', 'dbcreds', 'check')).stdout, 'shop/staging');
  assert.is(codeOf(await within('prod', ...run)), 'CONFIRM');
  const terminal = new Terminal(direnv, ['exec', 'prod', ...run], shop.options({ env }));
  await terminal.expect('Type its name, prod, to go on: ');
  terminal.answer('prod');
  await terminal.expect('prod\r\nprod\r\n');
  assert.is((await terminal.end()).code, 0);
});

test('cron: with its few variables and no terminal, by the file and the word for production', async () => {
  const shop = await open();
  const { DBCREDS_PROD_URL_FILE = '' } = files(shop);
  // As cron(8) of Debian has it; dbcreds lies in the folder that a crontab's PATH would name.
  const bare = `HOME=${shop.place.home} LOGNAME=root SHELL=/bin/sh PATH=${join(shop.place.cwd, 'bin')}:/usr/bin:/bin`;
  const cron = (line: string) => shop.program('env', ['-i', ...bare.split(' '), '/bin/sh', '-c', line]);
  const command = 'dbcreds run --env prod -- printenv PGDATABASE';
  const named = `DBCREDS_PROD_URL_FILE=${DBCREDS_PROD_URL_FILE}`;
  assert.is(must(await cron(`${named} DBCREDS_CONFIRM=prod ${command}`)).stdout, 'prod\n');
  assert.is(codeOf(await cron(`${named} ${command}`)), 'CONFIRM');
  assert.match(
    (await cron(`dbcreds run --env dev --provider keychain -- true`)).stderr,
    '(KEYCHAIN_MISSING)',
  );
});

test.run();
