import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../helpers/folders.ts';
import { newPlace } from '../helpers/place.ts';
import { program, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';

const test = suite('the compiled form of the core', { needs: ['node20', 'node24'] });

/** A copy of the program, which nobody ran yet. */
function copy(): string {
  const folder = join(temporary('c'), 'dist');
  cpSync(join(project, 'dist'), folder, { recursive: true, filter: (path) => !path.endsWith('.cache') });
  return folder;
}

const caches = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes('.cache'));

async function run(folder: string, major = '24'): Promise<Result> {
  const place = newPlace();
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url: 'postgresql://a@localhost/b' } } });
  const { file } = await use('node', major);
  const args = [join(folder, 'cli.cjs'), 'run', '-e', 'dev', '--', 'printenv', 'PGPASSWORD'];
  return program(file, args, { place, env: { DBCREDS_DEV_PASSWORD: 'pw-4711-Zz9-long' } });
}

const good = ({ code, stdout, stderr }: Result): void => {
  assert.equal([code, stdout, stderr], [0, 'pw-4711-Zz9-long\n', '']);
};

test('is made by the first run, used by the next, and holds no secret', async () => {
  const folder = copy();
  good(await run(folder));
  const [name = ''] = caches(folder);
  assert.match(name, /^core-[0-9a-f]{12}-v24\..*\.cache$/);
  const before = statSync(join(folder, name)).mtimeMs;
  good(await run(folder));
  assert.equal(caches(folder), [name]);
  assert.is(statSync(join(folder, name)).mtimeMs, before);
  assert.not.ok(readFileSync(join(folder, name)).includes('pw-4711'));
});

test('is made too where the command is spawned, of that Node', async () => {
  const folder = copy();
  good(await run(folder, '20'));
  good(await run(folder));
  assert.equal(
    caches(folder).map((name) => name.split('-')[2]?.slice(0, 3)),
    ['v20', 'v24'],
  );
  good(await run(folder, '20'));
});

test('is made anew where it cannot be used', async () => {
  const folder = copy();
  good(await run(folder));
  const [name = ''] = caches(folder);
  writeFileSync(join(folder, name), 'not compiled');
  good(await run(folder));
  assert.ok(statSync(join(folder, name)).size > 10_000);
});

test('is done without where it cannot be written', async () => {
  const folder = copy();
  good(await run(folder));
  const [name = ''] = caches(folder);
  rmSync(join(folder, name));
  mkdirSync(join(folder, name, 'in-the-way'), { recursive: true });
  good(await run(folder));
  assert.ok(statSync(join(folder, name)).isDirectory());
});

test('is whole where many make it at once', async () => {
  const folder = copy();
  for (const result of await Promise.all(Array.from({ length: 6 }, () => run(folder)))) good(result);
  assert.is(caches(folder).length, 1);
  good(await run(folder));
});

test.run();
