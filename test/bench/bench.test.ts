import { join } from 'node:path';
import { compare, median } from '../../bench/measure.ts';
import { newPlace } from '../helpers/place.ts';
import { program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('bench', { needs: ['node20'] });

test('the median', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

test('a command is measured in times of the baseline', () => {
  const { cwd, env } = newPlace();
  const sleep = (seconds: string) => ({ argv: ['sleep', seconds] as const, cwd, env });
  const [slow, same] = compare(sleep('0.1'), [sleep('0.3'), sleep('0.1')], 3, () => {});
  assert.ok(slow && slow.ratio > 2 && slow.ratio < 3.2 && slow.ms > 300, JSON.stringify(slow));
  assert.ok(same && same.ratio > 0.6 && same.ratio < 1.6, JSON.stringify(same));
});

test('a command that fails is no result', () => {
  const { cwd, env } = newPlace();
  const [good, bad] = [['true'] as const, ['sh', '-c', 'echo why >&2; exit 3'] as const];
  assert.throws(
    () => compare({ argv: good, cwd, env }, [{ argv: bad, cwd, env }], 1, () => {}),
    /ended with 3: why/,
  );
});

test('the table has a row for each size and each aim, as measured on the program', async () => {
  const args = ['--import', 'tsx', join(project, 'bench/main.ts'), '--rounds', '1', '--node', '20'];
  const env = { DBCREDS_TEST_CACHE: process.env.DBCREDS_TEST_CACHE };
  const { stdout, stderr, code } = await program(process.execPath, args, {
    cwd: project,
    env,
    timeout: 60_000,
  });
  assert.is(code, 0, stderr);
  assert.match(stdout, /^\| x `node -e 0` \(ms\) \| Node 20\.\d+\.\d+, spawn \|$/m);
  assert.match(stdout, /^\| dbcreds, env, 1 profile \| \d+\.\d\d \(\d+\), aim 1\.35( MISSED)? \|$/m);
  assert.match(stdout, /^\| dbcreds, env, 10,000 profiles \| \d+\.\d\d \(\d+\) \|$/m);
  assert.match(stdout, /^(\| dbcreds, keychain, 1 profile \| .*, aim 1\.60|without the keychain: )/m);
});

test.run();
