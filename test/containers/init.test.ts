import { assert, type Need, suite } from '../helpers/suite.ts';
import { appWith, contain, type Image, noContainers, type Options, start } from './box.ts';

const dbcreds = ['node_modules/.bin/dbcreds', 'run', '--env', 'dev', '--'];
const env = { DBCREDS_DEV_URL: 'postgresql://shop:s3cret@db:5432/shop' };
const app = appWith({
  'dbcreds.json': { project: 'shop', profiles: { dev: { url: 'postgresql://shop@db:5432/shop' } } },
  // One that expects to be stopped, and one that does not. It ends by itself, so that "ignored" can be seen.
  'orderly.cjs':
    "process.on('SIGTERM', () => process.exit(0)); setTimeout(() => {}, 9000); console.log('ready');",
  'careless.cjs': "setTimeout(() => process.exit(9), 1000); console.log('ready');",
});

/** What `docker stop` makes of a program. */
async function stopped(image: Image, program: string, options: Options): Promise<number | null> {
  const container = await start(image, [...dbcreds, 'node', program], { env, ...options });
  await container.said('ready');
  container.send('SIGTERM');
  return (await container.ended).code;
}

/** Orphans of a program that are dead and were never waited for. */
async function zombies(image: Image, options: Options): Promise<string> {
  const script = '(sleep 0.1 &); (sleep 0.1 &); sleep 0.4; ps -o state= -A | grep -c Z; :';
  const { output } = await contain(image, [...dbcreds, 'bash', '-c', script], { env, ...options });
  return output.trim();
}

/** By Node's version: it spawns in 20, and becomes the program in 22. */
const expected = {
  '20': { careless: 143, zombies: '2' },
  '22': { careless: 9, zombies: '0' },
} as const;

for (const node of ['20', '22'] as const) {
  const needs: readonly Need[] = [`node${node}`, 'tini'];
  const test = suite(`containers: docker stop, Node ${node}`, { needs });
  const why = noContainers();
  const add = (name: string, handler: () => Promise<void>): void =>
    why ? test.skip(name, why) : test(name, handler);
  const image: Image = { node, app };

  add('with --init, a program that does not expect it ends with 143', async () => {
    assert.is(await stopped(image, 'careless.cjs', { init: true }), 143);
  });

  add('without, as it would without dbcreds or as dbcreds stands in for it', async () => {
    assert.is(await stopped(image, 'careless.cjs', {}), expected[node].careless);
    const bare = await start(image, ['node', 'careless.cjs']);
    await bare.said('ready');
    bare.send('SIGTERM');
    assert.is((await bare.ended).code, 9);
  });

  add('one that does gives its own status, with --init and without', async () => {
    for (const init of [true, false]) assert.is(await stopped(image, 'orderly.cjs', { init }), 0);
  });

  add('orphans are reaped with --init', async () => {
    assert.is(await zombies(image, { init: true }), '0');
    assert.is(await zombies(image, {}), expected[node].zombies);
  });

  test.run();
}
