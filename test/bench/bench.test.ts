import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, compare, median, quantile } from '../../bench/measure.ts';
import { withPeers } from '../../bench/peers.ts';
import { writePage } from '../../bench/report.ts';
import { cpuOf, residentOf } from '../../bench/usage.ts';
import { newPlace } from '../helpers/place.ts';
import { program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('bench', { needs: ['node20'] });

test('the median and the quartiles', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.is(quantile([5, 1, 2, 4, 3], 0.25), 2);
  assert.is(quantile([7], 0.75), 7);
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

test('CPU is that of the command and of what it waited for', () => {
  const { cwd, env } = newPlace();
  const busy = (script: string): Command => ({ argv: ['bash', '-c', script], cwd, env });
  const spin = 'for ((i = 0; i < 200000; i++)); do :; done';
  const [idle, own, below] = ['sleep 0.3', spin, `bash -c '${spin}'; true`].map((script) =>
    cpuOf(busy(script)),
  );
  assert.ok(idle !== undefined && idle < 100, `${idle}`);
  assert.ok(own && below && own > 3 * idle && below > 3 * idle, JSON.stringify({ idle, own, below }));
});

test('memory is that of the wrapper while its command sleeps, and nothing where it became the command', async () => {
  const { cwd, env } = newPlace();
  const stays: Command = { argv: ['sh', '-c', 'sleep 60; true'], cwd, env };
  const becomes: Command = { argv: ['sh', '-c', 'exec sleep 60'], cwd, env };
  assert.ok(((await residentOf(stays)) ?? 0) > 10_000);
  assert.is(await residentOf(becomes), 0);
});

test('a page gets the tables between its marks, and keeps the rest', () => {
  const file = newPlace().write('page.md', 'before\n<!-- bench -->\nold\n<!-- bench ends -->\nafter\n');
  writePage('| new |', 3, file);
  const text = readFileSync(file, 'utf8');
  assert.match(
    text,
    /^before\n<!-- bench -->\n\n3 pairs each, .*\n\n\| new \|\n\n<!-- bench ends -->\nafter\n$/,
  );
});

test('one command measures all of it on the program', async () => {
  // With npm's settings, which the program below does not get.
  await withPeers();
  const args = ['--import', 'tsx', join(project, 'bench/main.ts'), '--rounds', '1', '--node', '20'];
  const env = { DBCREDS_TEST_CACHE: process.env.DBCREDS_TEST_CACHE };
  const { stdout, stderr, code } = await program(process.execPath, args, {
    cwd: project,
    env,
    timeout: 240_000,
  });
  assert.is(code, 0, stderr);
  assert.match(stdout, /^### Node 20\.\d+\.\d+, which starts the command and stays$/m);
  const measures = String.raw`\*\*\d+\.\d\d\*\* \(\d+ ms\) \| [\d.]+ to [\d.]+`;
  const use = String.raw`\d+\.\d\d \(\d+ ms\) \| (-|[\d.]+ MB) \| (-|[\d.]+ MB)`;
  const row = (name: string, aim: string): RegExp =>
    new RegExp(`^\\| ${name} \\| ${measures} \\| ${aim} \\| ${use} \\|$`, 'm');
  assert.match(stdout, row('dbcreds, env', String.raw`1\.35 (met|missed)`));
  assert.match(stdout, row('dbcreds, file', ''));
  assert.match(stdout, row('dotenv-cli 11\\.0\\.0', ''));
  assert.match(stdout, /^(\| dbcreds, keychain \| .* 1\.60 |without the keychain: )/m);
  assert.match(stdout, /^dbcreds, env +█+ \d+\.\d\d$/m);
  assert.match(stdout, /^varlock [\d.]+ takes [\d.]+ x dbcreds, env, /m);
  assert.match(stdout, /^\| dbcreds, env, Node 20( \| \d+\.\d\d \(\d+ ms\)){4} \|$/m);
});

test.run();
