import { chmodSync, chownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace } from '../helpers/place.ts';
import { assert, suite } from '../helpers/suite.ts';
import { appWith, contain, type Ending, type Image, noContainers, type Options } from './box.ts';

const test = suite('containers: users, file systems, secrets', { needs: ['node20', 'node22'] });
const why = noContainers();
const add = (name: string, handler: () => Promise<void>): void =>
  why ? test.skip(name, why) : test(name, handler);

const url = 'postgresql://shop:s3cret@db.company.example:5432/shop';
const profiles = {
  prod: { url: 'postgresql://shop@db.company.example:5432/shop', production: true },
  my: { url: 'mysql://shop@db/shop' },
};
const app = appWith({ 'dbcreds.json': { project: 'shop', profiles } });
const image: Image = { node: '22', app };
const job = { DBCREDS_CONFIRM: 'prod', DBCREDS_PROD_URL_FILE: '/run/secrets/prod-url' };

/** A secret volume as the kubelet lays it out: the file is a link, into a folder that is a link to one of a date. */
function secretVolume(mode: number, gid: number): string {
  const { folder, write } = newPlace();
  const volume = join(folder, 'volume');
  const file = write(join(volume, '..2026_11_24/prod-url'), `${url}\n`, mode);
  chownSync(file, 0, gid);
  const link = (to: string, from: string): void => symlinkSync(to, join(volume, from));
  link('..2026_11_24', '..data');
  link('..data/prod-url', 'prod-url');
  for (const one of [folder, volume, join(volume, '..2026_11_24')]) chmodSync(one, 0o755);
  return volume;
}

function run(env: string, options: Options, of: Image = image, ...command: string[]): Promise<Ending> {
  const program = command.length > 0 ? command : ['sh', '-c', 'echo "$(id -u) as $PGUSER"'];
  return contain(of, ['node_modules/.bin/dbcreds', 'run', '--env', env, '--', ...program], {
    ...options,
    env: { ...job, ...options.env },
  });
}

add('a user without a name or a home, on a file system that cannot be written', async () => {
  const volumes = { '/run/secrets': secretVolume(0o444, 0) };
  for (const node of ['20', '22'] as const) {
    const { code, output } = await run('prod', { uid: 10001, readOnly: true, volumes }, { node, app });
    assert.is(code, 0, output);
    assert.match(output, /^10001 as shop$/m);
    assert.match(output, 'runs.jsonl, cannot be written (its folder cannot be made) (LOG)');
  }
});

add('with a folder for the log of runs and an age nothing is said', async () => {
  const { output } = await run('prod', {
    uid: 10001,
    readOnly: true,
    tmpfs: ['/tmp'],
    volumes: { '/run/secrets': secretVolume(0o444, 0) },
    env: { XDG_STATE_HOME: '/tmp/state', DBCREDS_PROD_SET_AT: new Date().toISOString().slice(0, 10) },
  });
  assert.is(output, '10001 as shop\n');
});

add('a secret that fsGroup lets the user read', async () => {
  const volumes = { '/run/secrets': secretVolume(0o440, 2000) };
  const { code, output } = await run('prod', { uid: 10001, groups: [2000], volumes });
  assert.is(code, 0, output);
  assert.match(output, /^10001 as shop$/m);
});

add('a secret that the user cannot read is named, with the reason', async () => {
  const { code, output } = await run('prod', {
    uid: 10001,
    volumes: { '/run/secrets': secretVolume(0o400, 0) },
  });
  assert.is(code, 125);
  assert.match(
    output,
    'DBCREDS_PROD_URL_FILE names /run/secrets/prod-url, which cannot be read (EACCES) (BAD_VARIABLE)',
  );
});

add('a secret that was not mounted', async () => {
  const { code, output } = await run('prod', {});
  assert.is(code, 125);
  assert.match(output, 'names /run/secrets/prod-url, which does not exist (BAD_VARIABLE)');
});

add('clients of MySQL need a folder that can be written', async () => {
  const env = { DBCREDS_MY_PASSWORD: 's3cret' };
  const refused = await run('my', { uid: 10001, readOnly: true, env });
  assert.is(refused.code, 125);
  assert.match(refused.output, 'export XDG_CACHE_HOME=/path/to/folder');
  const options = { uid: 10001, readOnly: true, tmpfs: ['/tmp'] };
  const { code, output } = await run(
    'my',
    { ...options, env: { ...env, XDG_CACHE_HOME: '/tmp/cache' } },
    image,
    'sh',
    '-c',
    'ls "$MYSQL_HOME"',
  );
  assert.is(code, 0, output);
  assert.match(output, /^my\.cnf$/m);
});

add('a profile file that others can write is refused, whoever the user is', async () => {
  const open = appWith({ 'dbcreds.json': { project: 'shop', profiles } });
  chmodSync(join(open, 'dbcreds.json'), 0o664);
  const volumes = { '/run/secrets': secretVolume(0o444, 0) };
  for (const uid of [0, 1000, 10001]) {
    const { code, output } = await run('prod', { uid, volumes }, { node: '22', app: open });
    if (uid === 0) assert.is(code, 0, output);
    else assert.match(output, '/app/dbcreds.json can be written by group 0 (UNSAFE_FILE)');
  }
});

add(
  'a profile file of a ConfigMap is one of root\u2019s, and one of another user\u2019s is refused',
  async () => {
    const { folder, write } = newPlace();
    const file = write(join(folder, 'config/..data/dbcreds.json'), { project: 'shop', profiles });
    symlinkSync('..data/dbcreds.json', join(folder, 'config/dbcreds.json'));
    for (const one of ['config', 'config/..data']) chmodSync(join(folder, one), 0o755);
    const secret = { '/run/secrets': secretVolume(0o444, 0) };
    const image: Image = { node: '22', app: appWith({}) };
    const options = { uid: 10001, volumes: { ...secret, '/app/config': join(folder, 'config') } };
    const cli = '../node_modules/.bin/dbcreds run --env prod -- id -u';
    const good = await contain(image, ['sh', '-c', `cd config && ${cli}`], { ...options, env: job });
    assert.is(good.code, 0, good.output);
    chownSync(file, 1000, 1000);
    const bad = await contain(image, ['sh', '-c', `cd config && ${cli}`], { ...options, env: job });
    assert.is(bad.code, 125);
    assert.match(bad.output, 'belongs to user 1000, not to you (10001) or root (UNSAFE_FILE)');
  },
);

add('a distroless image, which has no shell', async () => {
  const volumes = { '/run/secrets': secretVolume(0o444, 0) };
  const print = 'console.log(process.pid, process.getuid(), process.env.PGUSER)';
  for (const [node, first] of [
    ['22', 1],
    ['20', '\\d+'],
  ] as const) {
    const run = ['node_modules/dbcreds/dist/cli.cjs', 'run', '--env', 'prod', '--'];
    const argv = ['/nodejs/bin/node', ...run, '/nodejs/bin/node', '-e', print];
    const options = { uid: 65532, readOnly: true, volumes, env: job };
    const { code, output } = await contain({ node, app, distroless: true }, argv, options);
    assert.is(code, 0, output);
    assert.match(output, new RegExp(`^${first} 65532 shop$`, 'm'));
  }
});

test.run();
