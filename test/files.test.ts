import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { atomicWrite, readPrivate } from '../src/files.ts';
import { assert, suite } from './helpers/suite.ts';
import { freshFolder, refusal } from './providers/kit.ts';

const test = suite('files that are replaced whole');
const folder = freshFolder();
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('makes folders for the user alone, and the file 0600 whatever the umask', () => {
  const path = join(folder, 'a/b/c.json');
  const umask = process.umask(0);
  try {
    atomicWrite(path, 'text');
    assert.is(modeOf(path), '600');
    assert.is(modeOf(dirname(path)), '700');
    process.umask(0o077);
    atomicWrite(path, 'public', 0o644);
  } finally {
    process.umask(umask);
  }
  assert.is(modeOf(path), '644');
  assert.is(readFileSync(path, 'utf8'), 'public');
});

test('replaces the file instead of changing it: who has it open reads the old one to its end', () => {
  const path = join(folder, 'replace');
  atomicWrite(path, 'old');
  const before = statSync(path).ino;
  atomicWrite(path, Buffer.from('new'));
  assert.is.not(statSync(path).ino, before);
  assert.is(readFileSync(path, 'utf8'), 'new');
  assert.equal(
    readdirSync(folder).filter((name) => name.includes('.tmp')),
    [],
  );
});

if (process.getuid?.() === 0)
  test('whose file it was, it stays: a service still reads what root wrote to', () => {
    const path = join(folder, 'theirs');
    writeFileSync(path, 'old');
    chownSync(path, 1234, 1235);
    atomicWrite(path, 'new', 0o640);
    const { uid, gid, mode } = statSync(path);
    assert.equal([uid, gid, mode & 0o777], [1234, 1235, 0o640]);
  });
else test.skip('whose file it was, it stays', 'only root may give a file away');

test('a symbolic link stays a link', () => {
  const [real, link] = [join(folder, 'real'), join(folder, 'link')];
  writeFileSync(real, 'old');
  symlinkSync(real, link);
  atomicWrite(link, 'new');
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.is(readFileSync(real, 'utf8'), 'new');
});

test('takes away what a killed writer left, once it is old, and nothing else', () => {
  const home = join(folder, 'sweep');
  mkdirSync(home);
  const old = join(home, '.f.0123456789ab.tmp');
  for (const name of ['.f.0123456789ab.tmp', '.f.ba9876543210.tmp', '.g.0123456789ab.tmp', 'f.tmp'])
    writeFileSync(join(home, name), '');
  for (const name of readdirSync(home)) if (!name.startsWith('.f.ba')) utimesSync(join(home, name), 1, 1);
  atomicWrite(join(home, 'f'), 'x');
  assert.not.ok(readdirSync(home).includes('.f.0123456789ab.tmp'), old);
  assert.equal(readdirSync(home).sort(), ['.f.ba9876543210.tmp', '.g.0123456789ab.tmp', 'f', 'f.tmp']);
});

test('an error names the file and the cause, and leaves no half', () => {
  const path = join(folder, 'is-a-folder');
  mkdirSync(path);
  const error = refusal(() => atomicWrite(path, 'x'));
  assert.is(error.code, 'FILE_ACCESS');
  assert.match(error.message, path);
  assert.match(error.message, 'EISDIR');
  assert.equal(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('reads what is there, and tells absence from refusal', () => {
  const path = join(folder, 'read');
  assert.is(readPrivate(path), undefined);
  assert.is(readPrivate(join(folder, 'no/such/folder')), undefined);
  atomicWrite(path, 'text');
  assert.is(readPrivate(path)?.toString(), 'text');
  assert.is(readPrivate(join(path, 'below-a-file')), undefined);
});

test('refuses what others could read or change, and names the command that mends it', () => {
  const path = join(folder, 'wide');
  atomicWrite(path, 'text');
  for (const mode of [0o604, 0o640, 0o620, 0o602, 0o666, 0o601]) {
    chmodSync(path, mode);
    const error = refusal(() => readPrivate(path));
    assert.is(error.code, 'UNSAFE_FILE', mode.toString(8));
    assert.equal(error.hints[0]?.[1], `chmod 600 ${path}`);
  }
  chmodSync(path, 0o644);
  assert.is(readPrivate(path, true)?.toString(), 'text');
  chmodSync(path, 0o664);
  assert.is(refusal(() => readPrivate(path, true)).code, 'UNSAFE_FILE');
});

test('refuses what is no file, without waiting on it', () => {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', ['-m', '600', fifo]);
  assert.match(refusal(() => readPrivate(fifo)).message, 'not a regular file');
  assert.is(refusal(() => readPrivate(folder)).code, 'UNSAFE_FILE');
});

if (process.getuid?.() === 0)
  test("refuses another user's file", () => {
    const path = join(folder, 'theirs');
    atomicWrite(path, 'text');
    chownSync(path, 12_345, 12_345);
    assert.match(refusal(() => readPrivate(path)).message, 'belongs to user 12345');
  });
else test.skip("refuses another user's file", 'only root can give a file away');

test.run();
