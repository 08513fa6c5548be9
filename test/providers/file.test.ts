import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import {
  armor,
  Decrypter,
  Encrypter,
  generateIdentity,
  identityToRecipient,
  type Recipient,
  Stanza,
} from 'age-encryption';
import type { Environment } from '../../src/context.ts';
import { AgeFile } from '../../src/providers/file.ts';
import type { Hooks } from '../../src/providers/hooks.ts';
import { assert, suite } from '../helpers/suite.ts';
import { contextIn, freshFolder, hooksWith, recordOf, refOf, refused } from './kit.ts';

const test = suite('the file provider');

const [key, otherKey] = [await generateIdentity(), await generateIdentity()];
const [recipient, otherRecipient] = [await identityToRecipient(key), await identityToRecipient(otherKey)];
const withKey: Environment = { DBCREDS_AGE_KEY: key };

const pathIn = (folder: string): string => join(folder, 'data/credentials.age');

function fileIn(folder: string, env: Environment = withKey, hooks: Hooks = hooksWith()): AgeFile {
  return new AgeFile(pathIn(folder), contextIn(folder, env), hooks);
}

/** A file as another program would have made it. */
async function put(folder: string, content: string | Buffer, mode = 0o600): Promise<void> {
  mkdirSync(dirname(pathIn(folder)), { recursive: true });
  writeFileSync(pathIn(folder), content);
  chmodSync(pathIn(folder), mode);
}

async function encrypted(text: string, ...recipients: (string | Recipient)[]): Promise<Buffer> {
  const encrypter = new Encrypter();
  for (const one of recipients) encrypter.addRecipient(one);
  return Buffer.from(await encrypter.encrypt(text));
}

const passwordIn = async (file: AgeFile): Promise<string | undefined> =>
  (await file.get(refOf()))?.current.password.reveal();

const aDocument = (more: object = {}): string =>
  JSON.stringify({
    v: 1,
    records: {
      'shop/prod': { v: 1, targets: ['x'], production: false, current: { password: 'pw' }, revision: 4 },
    },
    ...more,
  });

test('a new file is armored, 0600, and holds nothing in the clear', async () => {
  const folder = freshFolder();
  await fileIn(folder).set(refOf(), recordOf('hunter2'), undefined);
  const text = readFileSync(pathIn(folder), 'latin1');
  assert.match(text, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  assert.not.match(text, /hunter2|shop/);
});

test('a binary file stays one', async () => {
  const folder = freshFolder();
  await put(folder, await encrypted(aDocument(), recipient));
  await fileIn(folder).set(refOf(), recordOf('new'), 4);
  assert.match(readFileSync(pathIn(folder), 'latin1'), /^age-encryption\.org\/v1\n/);
  assert.is(await passwordIn(fileIn(folder)), 'new');
});

test('keys come from a file of age-keygen, comments and several keys in it', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'keys.txt'), `# created: today\r\n# public key: x\n${otherKey}\n\n${key}\n`);
  const env = { DBCREDS_AGE_KEY_FILE: 'keys.txt' };
  await put(folder, await encrypted(aDocument(), recipient));
  assert.is(await passwordIn(fileIn(folder, env)), 'pw');
  const fresh = freshFolder();
  writeFileSync(join(fresh, 'keys.txt'), `${otherKey}\n${key}\n`);
  await fileIn(fresh, env).set(refOf(), recordOf('both'), undefined);
  for (const one of [key, otherKey])
    assert.is(await passwordIn(fileIn(fresh, { DBCREDS_AGE_KEY: one })), 'both');
});

test('a change keeps every recipient that the file lists', async () => {
  const folder = freshFolder();
  const text = aDocument({ recipients: [otherRecipient, recipient], note: 'stays' });
  await put(folder, await encrypted(text, otherRecipient, recipient));
  const file = fileIn(folder);
  await file.set(refOf(), recordOf('new'), 4);
  await file.delete(refOf({ id: 'none' }), 1);
  assert.is(await passwordIn(fileIn(folder, { DBCREDS_AGE_KEY: otherKey })), 'new');
});

test('a recipient that was added to the list gets the file with the next change', async () => {
  const folder = freshFolder();
  await put(folder, await encrypted(aDocument({ recipients: [recipient, otherRecipient] }), recipient));
  assert.is((await refused(passwordIn(fileIn(folder, { DBCREDS_AGE_KEY: otherKey })))).code, 'FILE_KEY');
  await fileIn(folder).set(refOf(), recordOf('new'), 4);
  assert.is(await passwordIn(fileIn(folder, { DBCREDS_AGE_KEY: otherKey })), 'new');
});

test('a change that would lock somebody out is refused, and reading goes on', async () => {
  const cases = [
    [aDocument(), [recipient, otherRecipient], /is for 2 recipients, and names 1 of them/],
    [aDocument({ recipients: [recipient] }), [recipient, otherRecipient], /would lock the others out/],
    [aDocument({ recipients: [otherRecipient] }), [recipient], /does not list your own recipient/],
    [aDocument({ recipients: [recipient, 'ssh-ed25519 AAAA'] }), [recipient], /not age1/],
  ] as const;
  for (const [text, recipients, message] of cases) {
    const folder = freshFolder();
    await put(folder, await encrypted(text, ...recipients));
    const before = readFileSync(pathIn(folder));
    assert.match((await refused(fileIn(folder).set(refOf(), recordOf('x'), 4))).message, message);
    assert.equal(readFileSync(pathIn(folder)), before);
    assert.is(await passwordIn(fileIn(folder)), 'pw');
  }
});

test('a stanza that is only there to be skipped, as rage adds one, is no recipient', async () => {
  const folder = freshFolder();
  const grease: Recipient = { wrapFileKey: () => [new Stanza(['x7-grease', 'abc'], new Uint8Array(9))] };
  await put(folder, await encrypted(aDocument(), recipient, grease));
  await fileIn(folder).set(refOf(), recordOf('x'), 4);
  assert.is(await passwordIn(fileIn(folder)), 'x');
});

test('keys of a newer version in the document and in a record survive a change', async () => {
  const folder = freshFolder();
  const record = {
    v: 1,
    targets: ['x'],
    production: false,
    current: { password: 'pw' },
    revision: 4,
    note: 'r',
  };
  const text = JSON.stringify({ v: 1, policy: 'd', records: { 'shop/prod': record, other: { any: 1 } } });
  await put(folder, await encrypted(text, recipient));
  await fileIn(folder).set(refOf(), recordOf('new'), 4);
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  const opened = await decrypter.decrypt(armorless(readFileSync(pathIn(folder))), 'text');
  const document = JSON.parse(opened) as {
    [name: string]: unknown;
    records: { [id: string]: { note?: string } };
  };
  assert.equal(
    [document.policy, document.recipients, document.records.other],
    ['d', [recipient], { any: 1 }],
  );
  assert.is(document.records['shop/prod']?.note, 'r');
});

const armorless = (data: Buffer): Uint8Array =>
  data.toString('latin1').startsWith('-----') ? armor.decode(data.toString('latin1')) : new Uint8Array(data);

test('a wrong key, none, or something that is no key: each is said, and none is quoted', async () => {
  const folder = freshFolder();
  await fileIn(folder).set(refOf(), recordOf('x'), undefined);
  const mistyped = key.slice(0, -1) + (key.endsWith('Q') ? 'P' : 'Q');
  const cases: [Environment, RegExp][] = [
    [{ DBCREDS_AGE_KEY: otherKey }, /is for 1 recipient\(s\), and yours is none of them/],
    [{}, /neither DBCREDS_AGE_KEY nor DBCREDS_AGE_KEY_FILE is set/],
    [{ DBCREDS_AGE_KEY: '' }, /DBCREDS_AGE_KEY is empty/],
    [{ DBCREDS_AGE_KEY: '# only a comment' }, /DBCREDS_AGE_KEY does not hold a key/],
    [{ DBCREDS_AGE_KEY: mistyped }, /does not hold a key of age, or it was mistyped/],
    [{ DBCREDS_AGE_KEY: recipient }, /does not hold a key/],
  ];
  for (const [env, message] of cases) {
    const error = await refused(fileIn(folder, env).get(refOf()));
    assert.is(error.code, 'FILE_KEY');
    assert.match(error.message, message);
    assert.ok(error.hints.some(([, command]) => command.includes('age-keygen')));
    assert.not.match(inspect(error, { depth: 9 }), /AGE-SECRET-KEY-1[0-9A-Z]/);
  }
  const both = { DBCREDS_AGE_KEY: key, DBCREDS_AGE_KEY_FILE: 'x' };
  assert.is((await refused(fileIn(folder, both).get(refOf()))).code, 'BAD_VARIABLE');
});

test('a damaged file is told from a wrong key', async () => {
  const whole = await encrypted(aDocument(), recipient);
  const flipped = Buffer.from(whole);
  flipped[flipped.length - 5] = (flipped.at(-5) ?? 0) ^ 1;
  const header = Buffer.from(whole);
  header[120] = (header.at(120) ?? 0) ^ 1;
  const cases: [string, Buffer | string][] = [
    ['empty', ''],
    ['text', 'DATABASE_URL=x\n'],
    ['cut in the header', whole.subarray(0, 60)],
    ['cut in the content', whole.subarray(0, whole.length - 8)],
    ['a bit of the content', flipped],
    ['armor cut off', armor.encode(whole).slice(0, 200)],
    ['no JSON', await encrypted('hunter2', recipient)],
    ['a list', await encrypted('[]', recipient)],
    ['another version', await encrypted('{"v":2,"records":{}}', recipient)],
    ['no records', await encrypted('{"v":1}', recipient)],
    ['odd recipients', await encrypted('{"v":1,"records":{},"recipients":[1]}', recipient)],
  ];
  for (const [name, content] of cases) {
    const folder = freshFolder();
    await put(folder, content);
    const error = await refused(fileIn(folder).get(refOf()));
    assert.is(error.code, 'FILE_DAMAGED', `${name}: ${error.message}`);
    assert.not.match(inspect(error, { depth: 9 }), 'hunter2');
  }
});

test('a record that cannot be understood is refused alone, and can be deleted', async () => {
  const folder = freshFolder();
  await put(folder, await encrypted('{"v":1,"records":{"shop/prod":"hunter2"}}', recipient));
  const error = await refused(fileIn(folder).get(refOf()));
  assert.is(error.code, 'RECORD_INVALID');
  assert.not.match(inspect(error, { depth: 9 }), 'hunter2');
  assert.is(await fileIn(folder).get(refOf({ id: 'other' })), undefined);
  assert.is(await fileIn(folder).delete(refOf(), 1), true);
  assert.is(await fileIn(folder).get(refOf()), undefined);
});

test('rights: a file that others could read is refused; in a git work tree, which keeps no rights, one that they could change', async () => {
  const folder = freshFolder();
  await put(folder, await encrypted(aDocument(), recipient), 0o644);
  assert.is(fileIn(folder).durable, true);
  const error = await refused(fileIn(folder).get(refOf()));
  assert.is(error.code, 'UNSAFE_FILE');
  assert.is(error.hints[0]?.[1], `chmod 600 ${pathIn(folder)}`);
  mkdirSync(join(folder, '.git'));
  assert.is(fileIn(folder).durable, false);
  assert.is(await passwordIn(fileIn(folder)), 'pw');
  chmodSync(pathIn(folder), 0o666);
  assert.is((await refused(fileIn(folder).get(refOf()))).code, 'UNSAFE_FILE');
});

test('a passphrase is asked once for a command, up to three times, and where there is a terminal', async () => {
  const folder = freshFolder();
  const creating = hooksWith('correct horse battery', 'correct horse battery');
  await fileIn(folder, {}, creating).set(refOf(), recordOf('x'), undefined);
  assert.equal(creating.asked, [`New passphrase for ${pathIn(folder)}`, 'The same again']);

  const asked = hooksWith('wrong', 'correct horse battery');
  const file = fileIn(folder, withKey, asked);
  assert.is(await passwordIn(file), 'x');
  await file.set(refOf(), recordOf('y'), 1);
  assert.is(await passwordIn(file), 'y');
  assert.equal(asked.asked, [
    `Passphrase for ${pathIn(folder)}`,
    `Not that one. Passphrase for ${pathIn(folder)}`,
  ]);

  const none = await refused(fileIn(folder, {}).get(refOf()));
  assert.equal([none.code, /no terminal/.test(none.message)], ['FILE_KEY', true]);
  const guesses = hooksWith('a', 'b', 'c', 'd');
  assert.is((await refused(fileIn(folder, {}, guesses).get(refOf()))).code, 'FILE_KEY');
  assert.is(guesses.asked.length, 3);
});

test('a new passphrase that is short, or not the same twice, makes no file; without key and terminal neither', async () => {
  const cases: [Hooks, RegExp][] = [
    [hooksWith('short'), /12 characters/],
    [hooksWith('correct horse battery', 'correct horse bakery'), /differ/],
    [hooksWith(), /neither a key nor a terminal/],
  ];
  for (const [hooks, message] of cases) {
    const folder = freshFolder();
    const error = await refused(fileIn(folder, {}, hooks).set(refOf(), recordOf('x'), undefined));
    assert.is(error.code, 'FILE_KEY');
    assert.match(error.message, message);
    assert.not.ok(existsSync(pathIn(folder)));
  }
  assert.is(await fileIn(freshFolder(), {}).delete(refOf(), 1), false);
  assert.is(await fileIn(freshFolder(), {}).get(refOf()), undefined);
});

test.run();
