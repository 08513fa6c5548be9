import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import type { Environment } from '../../src/context.ts';
import { AgeFile } from '../../src/providers/file.ts';
import type { Hooks } from '../../src/providers/hooks.ts';
import { assert, suite } from '../helpers/suite.ts';
import { cleanEnvironment, must } from '../services/daemon.ts';
import { use } from '../services/use.ts';
import { contextIn, freshFolder, hooksWith, recordOf, refOf } from './kit.ts';

const test = suite("the file provider and Debian's age", { needs: ['age', 'pty'] });

const odd = '"\\\' p😀ß\n%@:/?#';
const passphrase = 'correct horse battery staple';

async function keygen(folder: string, name: string): Promise<{ file: string; recipient: string }> {
  const { 'age-keygen': command = '' } = await use('age');
  const file = join(folder, name);
  await must(command, ['-o', file]);
  return { file, recipient: (await must(command, ['-y', file])).trim() };
}

const age = async (...args: string[]): Promise<string> => must((await use('age')).age ?? '', args);

/** age asks for passphrases on its terminal alone. */
async function ageWithPassphrase(...args: string[]): Promise<void> {
  const terminal = spawn((await use('age')).age ?? '', args, { env: cleanEnvironment() });
  const said: string[] = [];
  terminal.onData((data) => {
    said.push(data);
    if (/passphrase.*: ?$/i.test(data)) terminal.write(`${passphrase}\r`);
  });
  const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => terminal.onExit(resolve));
  if (exitCode !== 0) throw new Error(`age ended with ${exitCode}: ${said.join('')}`);
}

const fileAt = (path: string, env: Environment, hooks: Hooks = hooksWith()): AgeFile =>
  new AgeFile(path, contextIn(join(path, '..'), env), hooks);

const passwordFrom = async (file: AgeFile): Promise<string | undefined> =>
  (await file.get(refOf()))?.current.password.reveal();

interface Document {
  readonly recipients?: readonly string[];
  readonly records: { readonly [id: string]: { readonly current: { readonly password: string } } };
}

test('age opens what we wrote for a key, for two, and after a change', async () => {
  const folder = freshFolder();
  const [mine, theirs] = [await keygen(folder, 'mine'), await keygen(folder, 'theirs')];
  const path = join(folder, 'credentials.age');
  writeFileSync(join(folder, 'both'), readFileSync(mine.file, 'utf8') + readFileSync(theirs.file, 'utf8'));
  await fileAt(path, { DBCREDS_AGE_KEY_FILE: join(folder, 'both') }).set(refOf(), recordOf(odd), undefined);
  await fileAt(path, { DBCREDS_AGE_KEY_FILE: theirs.file }).set(refOf(), recordOf(`${odd}2`), 1);
  for (const { file } of [mine, theirs]) {
    const document = JSON.parse(await age('-d', '-i', file, path)) as Document;
    assert.is(document.records['shop/prod']?.current.password, `${odd}2`);
    assert.equal(document.recipients, [mine.recipient, theirs.recipient]);
  }
});

test('we open what age wrote, with armor and without, for one recipient and for two', async () => {
  const folder = freshFolder();
  const [mine, theirs] = [await keygen(folder, 'mine'), await keygen(folder, 'theirs')];
  const text = join(folder, 'text.json');
  const record = { v: 1, targets: ['x'], production: true, current: { password: odd }, revision: 3 };
  for (const flags of [['-a'], []])
    for (const recipients of [[mine], [theirs, mine]]) {
      const path = join(folder, 'made.age');
      const names = recipients.map(({ recipient }) => recipient);
      writeFileSync(text, JSON.stringify({ v: 1, recipients: names, records: { 'shop/prod': record } }));
      await age(...flags, ...names.flatMap((name) => ['-r', name]), '-o', path, text);
      await must('chmod', ['600', path]);
      const file = fileAt(path, { DBCREDS_AGE_KEY_FILE: mine.file });
      assert.is(await passwordFrom(file), odd);
      await file.set(refOf(), recordOf('changed'), 3);
      for (const { file: key } of recipients) assert.match(await age('-d', '-i', key, path), '"changed"');
    }
});

test('a passphrase goes both ways', async () => {
  const folder = freshFolder();
  const [ours, theirs, text] = ['ours.age', 'theirs.age', 'text.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await fileAt(ours, {}, hooksWith(passphrase, passphrase)).set(refOf(), recordOf(odd), undefined);
  await ageWithPassphrase('-d', '-o', text, ours);
  assert.is((JSON.parse(readFileSync(text, 'utf8')) as Document).records['shop/prod']?.current.password, odd);
  await ageWithPassphrase('-p', '-o', theirs, text);
  await must('chmod', ['600', theirs]);
  assert.is(await passwordFrom(fileAt(theirs, {}, hooksWith(passphrase))), odd);
});

test.run();
