import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codes } from '../../src/errors.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('docs/errors.md');

const listed = [
  ...readFileSync(join(project, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm),
].map(([, code = '']) => code);

test('lists every code once, and none that does not exist', () => {
  assert.equal([...listed].sort(), Object.keys(codes).sort());
});

test.run();
