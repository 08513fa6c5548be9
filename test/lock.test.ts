import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DbcredsError } from '../src/errors.ts';
import { withLock } from '../src/lock.ts';
import { assert, suite } from './helpers/suite.ts';
import { freshFolder, start } from './providers/kit.ts';

const test = suite('the local lock');
const folder = freshFolder();

const hold = async (name: string): Promise<ReturnType<typeof start>> => {
  const holder = start('providers/hold-lock.ts', { name, folder });
  await holder.saw('held');
  return holder;
};

test('gives back what the work gives, and lets go after it, also when it throws', async () => {
  const name = `${folder} give`;
  assert.is(await withLock(name, { timeoutMs: 0, folder }, async () => 7), 7);
  const fail = withLock(name, { timeoutMs: 0, folder }, () => Promise.reject(new Error('the work failed')));
  await assert.rejects(fail, /the work failed/);
  assert.is(await withLock(name, { timeoutMs: 0, folder }, async () => 8), 8);
});

test('another process waits for the time-out and not longer', async () => {
  const name = `${folder} wait`;
  const holder = await hold(name);
  const from = performance.now();
  const error = await assert.rejects(
    withLock(name, { timeoutMs: 400, folder, what: 'the keychain' }, async () => 'never'),
    /busy with the keychain/,
  );
  assert.is((error as DbcredsError).code, 'LOCKED');
  const waited = performance.now() - from;
  assert.ok(waited >= 400 && waited < 2_000, `waited ${waited} ms`);
  holder.kill();
  await holder.ended;
});

test('other names do not wait', async () => {
  const holder = await hold(`${folder} one`);
  assert.is(await withLock(`${folder} two`, { timeoutMs: 0, folder }, async () => 'at once'), 'at once');
  holder.kill();
  await holder.ended;
});

test('SIGKILL of the holder leaves nothing behind', async () => {
  const name = `${folder} kill`;
  for (let trial = 0; trial < 5; trial += 1) {
    const holder = await hold(name);
    holder.kill();
    assert.is((await holder.ended).signal, 'SIGKILL');
    assert.is(await withLock(name, { timeoutMs: 0, folder }, async () => 'free'), 'free');
  }
});

test('a waiter gets it when the holder is killed', async () => {
  const name = `${folder} hand over`;
  const holder = await hold(name);
  const waiter = withLock(name, { timeoutMs: 10_000, folder }, async () => 'mine');
  setTimeout(() => holder.kill(), 200);
  assert.is(await waiter, 'mine');
  await holder.ended;
});

test('three processes that count under it lose no update', async () => {
  const file = join(folder, 'count');
  writeFileSync(file, '0');
  const job = { name: `${folder} count`, folder, file, times: 40 };
  const runs = await Promise.all([1, 2, 3].map(() => start('providers/count-under-lock.ts', job).ended));
  assert.equal(
    runs.map(({ code, stderr }) => `${code}${stderr}`),
    ['0', '0', '0'],
  );
  assert.is(readFileSync(file, 'utf8'), '120');
});

test.run();
