import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Shop } from '../commands/kit.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { use } from '../services/use.ts';

const test = suite('a monorepo under turbo', { needs: ['turbo', 'pty'] });

const apps = ['api', 'jobs', 'web'] as const;
const question = 'Type its name, prod, to go on: ';
const secret = 'postgresql://app:Correct-Horse-7-Battery@db.company.com/shop';

/** Turbo hands on what is named here and little else. */
const handedOn = ['DBCREDS_*', 'DATABASE_URL', 'PG*'];

/** Three packages whose `start` wraps itself. */
async function open(globalPassThroughEnv: readonly string[]): Promise<Shop> {
  const { file } = await use('host', 'turbo');
  const url = 'postgresql://app@db.company.com/shop';
  const quiet = {
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_update_notifier: 'false',
    npm_config_progress: 'false',
  };
  const shop = await Shop.open({ prod: { url, production: true } }, quiet);
  shop.place.write('bin/.keep', '');
  symlinkSync(cli, join(shop.place.cwd, 'bin/dbcreds'));
  symlinkSync(file, join(shop.place.cwd, 'bin/turbo'));
  const lock = { lockfileVersion: 3, packages: {} };
  shop.place.write('package-lock.json', lock);
  shop.place.write('package.json', {
    name: 'shop',
    private: true,
    packageManager: 'npm@11.0.0',
    workspaces: ['apps/*'],
  });
  shop.place.write('turbo.json', { globalPassThroughEnv, tasks: { start: { cache: false } } });
  const start = `dbcreds run --env prod -- sh -c 'echo "$0 has $PGDATABASE"'`;
  for (const name of apps)
    shop.place.write(`apps/${name}/package.json`, {
      name,
      version: '1.0.0',
      scripts: { start: `${start} ${name}` },
    });
  return shop;
}

const terminal = (shop: Shop, ...argv: [string, ...string[]]): Terminal =>
  new Terminal(argv[0], argv.slice(1), {
    ...shop.options({
      env: {
        PATH: `${join(shop.place.cwd, 'bin')}:${process.env.PATH}`,
        DBCREDS_PROD_URL: secret,
        DBCREDS_PROD_SET_AT: new Date().toISOString(),
      },
    }),
    timeout: 60_000,
  });

test('around turbo one answer is enough for all tasks, which pass through', async () => {
  const shop = await open(handedOn);
  const one = terminal(shop, 'dbcreds', 'run', '--env', 'prod', '--', 'turbo', 'run', 'start', '--ui=stream');
  await one.expect(question);
  one.answer('prod');
  assert.is((await one.end()).code, 0, one.output);
  for (const name of apps) assert.match(one.output, `${name} has shop`);
  assert.is(one.output.split('Type its name').length, 2);
});

test('tasks that turbo hands only DBCREDS_* do not take nothing for credentials', async () => {
  const shop = await open(['DBCREDS_*']);
  const one = terminal(shop, 'dbcreds', 'run', '--env', 'prod', '--', 'turbo', 'run', 'start', '--ui=stream');
  await one.expect(question);
  one.answer('prod');
  assert.is((await one.end()).code, 125);
  assert.match(one.output, 'shop/prod is active here, but something between has dropped its variables');
  assert.not.match(one.output, /has \r\n/);
});

test.run();
