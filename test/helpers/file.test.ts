import { join } from 'node:path';
import { project } from '../services/cache.ts';
import { Ground } from '../services/ground.ts';
import { type Outcome, runFile } from './file.ts';
import { assert, suite } from './suite.ts';

const ground = new Ground(() => {});
process.once('exit', () => ground.remove());

const outcome = (name: string, patience?: number): Promise<Outcome> =>
  runFile(ground, join(project, 'test/fixtures/ground', `${name}.ts`), patience);

const test = suite('a test file');

test('what it says of its tests is counted', async () => {
  const { passed, failures, skips } = await outcome('good');
  assert.is(passed, 2);
  assert.equal(failures, []);
  assert.equal(
    skips.map(({ name, reason, need }) => [name, reason, need]),
    [
      ['good: three', 'only elsewhere', undefined],
      ['good: four', 'no cluster here', 'postgresql'],
    ],
  );
});

/** Fixture, how many of its tests pass, what the one failure says. */
const faults: readonly [string, number, RegExp][] = [
  ['not-run', 0, /"not run" was never run/],
  ['empty', 0, /"empty" has no test/],
  ['nothing', 0, /declares no test/],
  ['no-assertion', 0, /proves nothing[\s\S]*made no assertion/],
  ['failing', 1, /failing: wrong[\s\S]*Expected values to be strictly equal/],
  ['hook', 0, /the hook broke/],
  ['dies', 1, /in "dies: midway"|never run/],
  ['killed', 1, /died of SIGKILL in "killed: is shot"/],
  ['unsettled', 0, /in "unsettled: is left hanging"/],
  ['late', 1, /ended with status 1/],
];

for (const [name, passes, why] of faults) {
  test(`"${name}" fails`, async () => {
    const { passed, failures } = await outcome(name);
    assert.is(passed, passes);
    assert.match(failures.join('\n'), why);
  });
}

test('"stuck" is cut off', async () => {
  const { failures } = await outcome('stuck', 3);
  assert.match(failures.join('\n'), /did not end within 3 s: cut off in "stuck: waits for ever"/);
});

test.run();
