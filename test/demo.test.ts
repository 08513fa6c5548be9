import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../scripts/demo/perform.ts';
import type { Step } from '../scripts/demo/steps.ts';
import { ArgumentWatch, searchFiles } from '../scripts/demo/watch.ts';
import { assertGood, demo } from './demo.ts';
import { temporary } from './helpers/folders.ts';
import { program } from './helpers/program.ts';
import { assert, suite } from './helpers/suite.ts';
import { project } from './services/cache.ts';

const test = suite('npm run demo', { needs: ['postgresql', 'secret-service', 'pty'] });
const parts = suite('npm run demo, its parts');

test('shows a run and each refusal, and puts everything away', async () => {
  const shown = await demo([]);
  assertGood(shown);
  assert.match(shown.stdout, /kept in the keychain of a private session/);
});

parts('takes no option that it does not know', async () => {
  const { code, stderr } = await demo(['--provider', 'dotenv']);
  assert.is(code, 1);
  assert.match(stderr, 'usage: npm run demo');
});

parts('is what package.json starts, after a build', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  assert.is(scripts.demo, 'npm run --silent build && node --import tsx scripts/demo.ts');
});

parts('finds fault with a step that ends in another way', () => {
  const step: Step = { line: 'x', status: 125, shows: ['(CONFIRM)', /^nothing/m], hides: 'connected' };
  assert.equal(faults(step, { status: 125, output: 'no (CONFIRM)\nnothing\n' }), []);
  assert.is(faults(step, { status: 0, output: 'no (CONFIRM)\nnothing\n' }).length, 1);
  assert.is(faults(step, { status: 125, output: 'connected' }).length, 3);
});

parts('finds a password in a file, in another encoding, and in an argument', async () => {
  const [folder, secret] = [temporary(), 'kR7/w:9 q%Zt@1'];
  assert.equal(searchFiles([folder], [secret]), []);
  writeFileSync(join(folder, 'config'), `url=postgresql://a:${encodeURIComponent(secret)}@b/c`);
  assert.is(searchFiles([folder], [secret]).length, 1);
  const watch = new ArgumentWatch([secret]);
  await program('sh', ['-c', 'sleep 0.3; :', secret]);
  const { lines, finds } = watch.stop();
  assert.ok(lines > 0);
  assert.equal(finds, ['a command line (raw)']);
});

test.run();
parts.run();
