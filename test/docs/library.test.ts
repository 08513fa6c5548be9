import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from '../../src/index.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('docs/library.md');

const page = readFileSync(join(project, 'docs/library.md'), 'utf8');

test('lists every function, and each option', () => {
  for (const [name, value] of Object.entries(library)) {
    const row = typeof value === 'function' && !/^([A-Z]|format)/.test(name) ? `| \`${name}(` : name;
    assert.ok(page.includes(row), name);
  }
  const listed = [...page.matchAll(/^\| `(\w+)\(/gm)].map(([, name = '']) => name);
  for (const name of listed) assert.ok(name in library, name);
  const options = readFileSync(join(project, 'src/library/options.ts'), 'utf8');
  const keys = [...options.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, key = '']) => key);
  assert.ok(keys.length > 5);
  for (const key of keys) assert.match(page, new RegExp(`^\\|.*\`${key}\`.*\\|`, 'm'), key);
});

test.run();
