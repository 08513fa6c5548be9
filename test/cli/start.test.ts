import { cpSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foldersOf } from '../../src/context.ts';
import { Shop } from '../commands/kit.ts';
import { newPlace } from '../helpers/place.ts';
import { cli, dbcreds, program, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('cli: where it is started');

const node = process.execPath;
const url = 'postgresql://app:a-password-9@localhost:1/shop';
const file = { project: 'shop', profiles: { dev: { url: 'postgresql://app@localhost:1/shop' } } };

/** As a user of a bare number, whom no list of users knows. The program is copied to where this one can read it. */
async function asNobody(args: readonly string[], env: Record<string, string | undefined>): Promise<Result> {
  const folder = mkdtempSync('/tmp/n-');
  try {
    cpSync(dirname(cli), join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'dbcreds.json'), JSON.stringify(file));
    await program('chmod', ['-R', 'a+rX', folder]);
    const drop = ['--reuid=54321', '--regid=54321', '--clear-groups', node, join(folder, 'dist/cli.cjs')];
    return await program('setpriv', [...drop, ...args], { cwd: folder, env: { HOME: undefined, ...env } });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether any user may get there. */
function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0 && (path === dirname(path) || isOpen(dirname(path)));
}

if (process.getuid?.() === 0 && process.platform === 'linux' && isOpen(realpathSync(node))) {
  test('a user without a home, as in a container: what comes from the environment works', async () => {
    const version = await asNobody(['--version'], {});
    assert.is(version.code, 0, version.output);
    const run = await asNobody(['run', '-e', 'dev', '--', 'sh', '-c', 'echo $PGUSER'], {
      DBCREDS_DEV_URL: url,
    });
    assert.equal([run.stdout, run.code], ['app\n', 0], run.output);
    assert.match(
      run.stderr,
      /^dbcreds: warning: the log of runs, \/nonexistent\/.* cannot be written \([^)]+\) \(LOG\)\n$/,
    );
  });
} else
  test.skip(
    'a user without a home',
    'only root can become another user, and Node must be where all can run it',
  );

test('a home that is empty or relative does not make a folder of the repository the own one', async () => {
  const place = newPlace();
  place.write('dbcreds.json', file);
  place.write('.config/dbcreds/profiles.json', { profiles: { planted: { url: 'postgresql://a@evil/d' } } });
  for (const HOME of ['', '.', 'relative']) {
    const { stdout, code } = await dbcreds(['list', '--json'], {
      place,
      env: { HOME, DBCREDS_DEV_URL: url },
    });
    assert.is(code, 0);
    assert.not.match(stdout, /planted/);
    assert.match(stdout, /shop\/dev/);
  }
  const { stdout } = await dbcreds(['list', '--json'], { place, env: { XDG_CONFIG_HOME: '.config' } });
  assert.not.match(stdout, /planted/);
});

test('the working directory is gone', async () => {
  const place = newPlace();
  const script = `mkdir gone && cd gone && rmdir ../gone && exec "${node}" "${cli}" "$@"`;
  const list = await program('sh', ['-c', script, 'sh', 'list'], { place });
  assert.is(list.code, 125);
  assert.match(
    list.stderr,
    /^dbcreds: the working directory is gone: [^\n]* \(FILE_ACCESS\)\n\n {2}go to another: {2}cd\n$/,
  );
  assert.is((await program('sh', ['-c', script, 'sh', '--version'], { place })).code, 0);
});

test('stdout that is full is an error, one that was closed is not, and neither prints a stack', async () => {
  const full = await program('sh', ['-c', `"${node}" "${cli}" --help >/dev/full`]);
  assert.is(full.code, 125);
  assert.match(full.stderr, /^dbcreds: standard output cannot be written \(ENOSPC\) \(FILE_ACCESS\)\n$/);
  const closed = await program('sh', ['-c', `"${node}" "${cli}" --help >&-`]);
  assert.equal([closed.code, closed.output], [0, '']);
  const head = await program('sh', ['-c', `"${node}" "${cli}" --help | head -n 1`]);
  assert.equal([head.code, head.stderr, head.stdout.split('\n').length], [0, '', 2]);
});

test('stderr that is full or closed does not change the status', async () => {
  for (const where of ['2>/dev/full', '2>&-', '<&- >&- 2>&-']) {
    const { code, output } = await program('sh', ['-c', `"${node}" "${cli}" lsit ${where}`]);
    assert.equal([code, output], [125, '']);
  }
});

test('control characters of arguments and files do not reach the terminal', async () => {
  const shop = await Shop.open();
  const evil = '\x1b]0;owned\x07\x9b31m\u202e';
  for (const args of [
    [evil],
    ['add', evil],
    ['run', '-e', 'x', '--', evil],
    ['show', evil],
    ['list', evil],
  ]) {
    const { output } = await shop.dbcreds(args);
    assert.not.match(output, /(?!\n)[\p{Cc}\u202e]/u);
  }
});

test('an error that nobody foresaw shows no text of it, and with DBCREDS_DEBUG where it came from', async () => {
  const place = newPlace();
  place.write('dbcreds.json', file);
  const hook = place.write(
    'break.cjs',
    `JSON.stringify = () => { throw new Error('the-secret\\n    at the-secret') };`,
  );
  const env = { NODE_OPTIONS: `--require=${hook}`, DBCREDS_DEV_URL: url };
  const plain = await dbcreds(['list', '--json'], { place, env });
  assert.is(plain.code, 125);
  assert.match(
    plain.stderr,
    /^dbcreds: dbcreds failed in a way that it did not foresee: Error \(INTERNAL\)\n/,
  );
  assert.not.match(plain.output, /the-secret|\n {4}at /);
  const debug = await dbcreds(['list', '--json'], { place, env: { ...env, DBCREDS_DEBUG: '1' } });
  assert.match(debug.stderr, /\nError\n {4}at .*break\.cjs/);
  assert.not.match(debug.output, /the-secret/);
});

test('the folders of each platform', () => {
  const home = '/home/me';
  assert.equal(foldersOf('linux', {}, home), {
    config: '/home/me/.config/dbcreds',
    data: '/home/me/.local/share/dbcreds',
    cache: '/home/me/.cache/dbcreds',
    state: '/home/me/.local/state/dbcreds',
  });
  const named = {
    XDG_CONFIG_HOME: '/a',
    XDG_DATA_HOME: '/b',
    XDG_CACHE_HOME: '',
    XDG_STATE_HOME: 'relative',
  };
  assert.equal(foldersOf('linux', named, home), {
    config: '/a/dbcreds',
    data: '/b/dbcreds',
    cache: '/home/me/.cache/dbcreds',
    state: '/home/me/.local/state/dbcreds',
  });
  assert.match(foldersOf('darwin', named, home).data, /^\/home\/me\/Library\/Application Support\/dbcreds$/);
  assert.match(foldersOf('win32', {}, home).config, /AppData.Roaming.dbcreds.Config$/);
});

test.run();
