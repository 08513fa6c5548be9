import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('every example');

const folder = join(project, 'examples');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('has a README, profiles, and a test that runs it', () => {
  assert.ok(names.length >= 4);
  for (const name of names)
    for (const file of ['README.md', 'dbcreds.json'].map((one) => join('examples', name, one)))
      assert.ok(existsSync(join(project, file)), file);
  for (const name of names) assert.ok(existsSync(join(project, 'test/examples', `${name}.test.ts`)), name);
});

function filesOf(name: string): string[] {
  const all = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' });
  return all.filter(
    (file) =>
      !file.startsWith('node_modules') &&
      file !== 'package-lock.json' &&
      statSync(join(folder, name, file)).isFile(),
  );
}

/** Of a URL; `password` itself is the word for one. */
const passwordInUrl = /:\/\/[^/\s:@]+:(?!password@)[^@\s/]+@/;

test('has lockfiles that name no registry', () => {
  const locks = names
    .map((name) => join(folder, name, 'package-lock.json'))
    .filter((file) => existsSync(file));
  assert.ok(locks.length >= 2);
  for (const file of locks) assert.not.match(readFileSync(file, 'utf8'), '"resolved"', file);
});

test('is small, and holds no password', () => {
  assert.match('postgresql://me:hunter2@localhost/x', passwordInUrl);
  for (const name of names)
    for (const file of filesOf(name)) {
      const text = readFileSync(join(folder, name, file), 'utf8');
      assert.ok(text.split('\n').length <= 80, `${name}/${file} is long`);
      assert.not.match(text, passwordInUrl, `${name}/${file}`);
      assert.not.match(text, /PASSWORD\s*[=:]\s*\S/, `${name}/${file}`);
    }
});

test.run();
