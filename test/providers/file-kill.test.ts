import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateIdentity } from 'age-encryption';
import { build } from 'esbuild';
import { AgeFile } from '../../src/providers/file.ts';
import type { Job } from '../fixtures/providers/worker.ts';
import { assert, suite } from '../helpers/suite.ts';
import { contextIn, freshFolder, hooksWith, recordOf, refOf, start } from './kit.ts';

const test = suite('a writer of the encrypted file that is killed');

/** The worker as one file: it starts in a fifth of the time. */
async function buildWorker(folder: string): Promise<string> {
  const outfile = join(folder, 'worker.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../fixtures/providers/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@napi-rs/*'],
    banner: {
      js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);",
    },
  });
  return outfile;
}

test('60 times at any moment: the old or the new file is there, whole, no confirmed write is lost, no lock is left', async () => {
  const folder = freshFolder();
  const key = await generateIdentity();
  const context = contextIn(folder, { DBCREDS_AGE_KEY: key });
  const path = join(context.folders.data, 'credentials.age');
  const worker = await buildWorker(folder);
  await new AgeFile(path, context, hooksWith()).set(refOf(), recordOf('x'), undefined);
  let revision = 1;
  let writes = 0;
  for (let trial = 0; trial < 60; trial += 1) {
    const job: Job = { provider: 'file', folder, act: 'loop' };
    const writer = start(worker, job, { DBCREDS_AGE_KEY: key });
    await writer.saw('written');
    await sleep(Math.random() * 25);
    writer.kill();
    const { stdout, stderr, signal } = await writer.ended;
    assert.is(signal, 'SIGKILL', stderr);
    const confirmed = revision + stdout.split('"written"').length - 1;
    const record = await new AgeFile(path, context, hooksWith()).get(refOf());
    assert.ok(record, `trial ${trial}: the file is whole, and the record is in it`);
    // One write more may have been done and not yet told.
    assert.ok(
      record && [confirmed, confirmed + 1].includes(record.revision),
      `${record?.revision}, not ${confirmed}`,
    );
    assert.is(record?.current.password.reveal().length, record && record.revision % 2 === 0 ? 201 : 1);
    writes += confirmed - revision;
    revision = record?.revision ?? 0;
  }
  assert.ok(writes > 60, `${writes} writes`);
  assert.ok(readdirSync(context.folders.data).length < 61);
});

test.run();
