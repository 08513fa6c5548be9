import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { encodings, findSecret, searchFolders, watchFor } from './leak.ts';
import { newPlace } from './place.ts';
import { program } from './program.ts';
import { assert, suite } from './suite.ts';

const test = suite('the search for secrets');

const secret = `p'w"\\ %@:/?#é&<$\`x`;

test('every encoding is found by its name', () => {
  for (const [name, form] of encodings(secret)) {
    const found = findSecret(Buffer.concat([Buffer.from('before'), form, Buffer.from('after')]), secret);
    assert.ok(found.includes(name), name);
  }
});

test('base64 is found wherever the secret begins', () => {
  for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
    const text = Buffer.from(`${before}${secret}xyz`).toString('base64');
    assert.ok(
      findSecret(text, secret).some((name) => name.startsWith('base64')),
      before,
    );
  }
});

test('what holds no secret is clean', () => {
  assert.equal(findSecret('p%27w, a password, [secret]', secret), []);
});

test('a short secret is refused', () => {
  assert.throws(() => findSecret('x', 'short'), /by chance/);
});

test('folders: contents, names and links', () => {
  const place = newPlace();
  place.write('deep/down/file', Buffer.from(`x${encodeURIComponent(secret)}`).toString());
  place.write(`named-Zq7secretZq7`, '');
  symlinkSync('/nowhere/Zq7secretZq7', join(place.tmp, 'link'));
  assert.equal(searchFolders([place.folder], secret), [`${place.cwd}/deep/down/file (url)`]);
  assert.equal(searchFolders([place.folder], 'Zq7secretZq7').sort(), [
    `the link ${place.tmp}/link (raw)`,
    `the name of ${place.cwd}/named-Zq7secretZq7 (raw)`,
  ]);
});

test('a command line is caught while it runs', async () => {
  const { value, watch } = await watchFor(secret, [], () => program('sh', ['-c', 'sleep 0.3', secret]));
  assert.is(value.code, 0);
  assert.ok(watch.rounds > 3);
  assert.ok(watch.processes > 0);
  assert.equal(watch.finds, ['the command line of a process (raw)']);
});

test('a file that is there for a moment is caught', async () => {
  const place = newPlace();
  const script = 'printf %s "$SECRET" > gone; sleep 0.3; rm gone';
  const { watch } = await watchFor(secret, [place.folder], () =>
    program('sh', ['-c', script], { place, env: { SECRET: secret } }),
  );
  assert.equal(watch.finds, [`${place.cwd}/gone (raw)`]);
  assert.equal(searchFolders([place.folder], secret), []);
});

test.run();
