// Runs every test file in a process of its own, and ends with `N passed, N failed`, counted from tests that ran.
//   npm test                 all files
//   npm test -- run guards   the files whose path holds one of the words; prints all they say
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Outcome, runFile } from './helpers/file.ts';
import { project } from './services/cache.ts';
import { Ground } from './services/ground.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** A file that says `// runs alone: REASON` among its first lines gets the machine for itself. */
const alone = /^\/\/ runs alone: \S/m;
const runsAlone = (file: string): boolean => alone.test(readFileSync(file, 'utf8').slice(0, 1000));

function testFiles(words: readonly string[]): string[] {
  const files = readdirSync(join(project, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(project, 'test', name))
    .filter((file) => words.length === 0 || words.some((word) => relative(project, file).includes(word)));
  if (files.length === 0)
    throw new Error(`no test file ${words.length ? `matches ${words.join(' ')}` : 'found'}`);
  return files.sort();
}

async function runAll(ground: Ground, files: readonly string[], verbose: boolean): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = files.filter((file) => !runsAlone(file));
  const next = async (): Promise<void> => {
    for (let file = waiting.shift(); file; file = waiting.shift())
      outcomes.push(await one(ground, file, verbose));
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, next));
  for (const file of files.filter(runsAlone)) outcomes.push(await one(ground, file, verbose));
  return outcomes;
}

async function one(ground: Ground, file: string, verbose: boolean): Promise<Outcome> {
  const outcome = await runFile(ground, file);
  const { name, passed, failures, skips, seconds, output } = outcome;
  const counts = [
    `${passed} passed`,
    failures.length && `${failures.length} failed`,
    skips.length && `${skips.length} skipped`,
  ];
  say(
    `${failures.length ? 'FAIL' : 'ok  '} ${name}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`,
  );
  if (failures.length > 0 || verbose) say(output.trimEnd().replace(/^/gm, '     '));
  return outcome;
}

/** Missing what CI can have is no reason to skip there. */
function summarise(outcomes: readonly Outcome[], ci: boolean): number {
  const skips = outcomes.flatMap(({ skips }) => skips);
  const inexcusable = ci ? skips.filter(({ need }) => need) : [];
  const failures = outcomes.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`));
  for (const { name, reason } of skips) say(`skipped: ${name}: ${reason}`);
  for (const { name, need } of inexcusable) failures.push(`${name}: skipped, though CI can have ${need}`);
  for (const failure of failures) say(`failed: ${failure}`);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  if (passed === 0) failures.push('not one test passed');
  const skipped = skips.length - inexcusable.length;
  say(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failures.length > 0 ? 1 : 0;
}

/** Folders of runs that were killed before they could clean up: their process is gone. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^dbt-(\d+)-/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function main(): Promise<void> {
  sweep();
  const words = process.argv.slice(2);
  const files = testFiles(words);
  const ground = new Ground((line) => say(`     ${line}`));
  process.once('exit', () => ground.kill());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  const outcomes = await runAll(ground, files, words.length > 0);
  await ground.stop();
  process.exitCode = summarise(outcomes, process.env.CI === 'true');
}

await main().catch((error: Error) => {
  say(`${error.message}\n0 passed, 1 failed`);
  process.exitCode = 1;
});
