import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { type Attempt, Victim } from './victim.ts';

const test = suite('other forms of dbcreds.json');
let victim: Victim;
test.before(async () => {
  victim = await Victim.open('file');
});
test.after(() => victim.close());

const bad = 'BAD_PROFILE';
const unsafe = 'UNSAFE_FILE';

/** What stands in the file's place, as text. */
const text = (content: string, says: string | RegExp = 'is not JSON', code = bad): Attempt => ({
  edit: () => content,
  code,
  says,
});

/** What stands there, made by hand. */
const made = (make: (path: string) => unknown, code: string, says: string | RegExp): Attempt => ({
  edit: (_, { place }) => {
    victim.remove('dbcreds.json');
    make(join(place.cwd, 'dbcreds.json'));
    return true;
  },
  code,
  says,
});

const good = (): string => JSON.stringify(victim.good);

/** Writes the good file with these rights. */
const mode = (bits: number, says: string): Attempt =>
  made((path) => victim.place.write(path, victim.good, bits), unsafe, says);

const attempts: Record<string, () => Attempt> = {
  nothing: () => text(''),
  'half of it': () => text(good().slice(0, 200)),
  comments: () => text(`// evil\n${good()}`),
  null: () => text('null', 'is null'),
  'a number': () => text('5', 'is 5'),
  'a list': () => text('[]', /project/),
  'a text': () => text('"shop"', /the file|is/),
  'a hundred thousand brackets': () => text('['.repeat(100_000) + ']'.repeat(100_000), /dbcreds\.json/),
  'a hundred thousand objects': () =>
    text(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /project is missing/),
  'a depth in a parameter': () =>
    text(
      good().replace(
        '"production":true',
        `"production":true,"params":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
      ),
      /params/,
    ),
  'a key of a megabyte': () =>
    text(`{"project":"shop","${'a'.repeat(1 << 20)}":1}`, /^dbcreds: \S+ a{80}\.\.\. is not a known key/),
  'a value of a megabyte': () =>
    text(
      good().replace('db.company.example', 'a'.repeat(1 << 20)),
      'is for another target',
      'BINDING_CHANGED',
    ),
  '32 megabytes': () => text(good() + ' '.repeat(32 << 20), 'has 32 MiB'),
  'the key twice: the last one counts': () =>
    text(
      good().replace(
        '"dev":{',
        '"prod":{"url":"postgresql://shop_app@evil.example/shop","provider":"file"},"dev":{',
      ),
      /evil\.example/,
      'BINDING_CHANGED',
    ),
  'another prototype for the file': () =>
    text(good().replace('{', '{"__proto__":{"project":"shop"},'), 'is not a known key'),
  'another prototype for a profile': () =>
    text(
      good().replace('"prod":{', '"prod":{"__proto__":{"hostAddress":"127.0.0.1"},'),
      'is not a known key',
    ),
  'another constructor for a profile': () =>
    text(good().replace('"prod":{', '"prod":{"constructor":{"prototype":{}},'), 'is not a known key'),
  'UTF-16': () =>
    made(
      (path) => victim.place.write(path, Buffer.from(`\ufeff${good()}`, 'utf16le').toString('latin1')),
      bad,
      'is not JSON',
    ),
  'a folder': () => made((path) => mkdirSync(path), unsafe, 'is not a regular file'),
  'a FIFO': () => made(() => victim.fifo('dbcreds.json'), unsafe, 'is not a regular file'),
  'a device': () => made((path) => symlinkSync('/dev/zero', path), unsafe, 'is not a regular file'),
  'our own environment': () => made((path) => symlinkSync('/proc/self/environ', path), bad, 'is not JSON'),
  'a link that leads nowhere': () =>
    made((path) => symlinkSync('nothing.json', path), bad, 'cannot be read (ENOENT)'),
  'a link that leads to itself': () =>
    made((path) => symlinkSync('dbcreds.json', path), bad, 'cannot be read (ELOOP)'),
  'writable by all': () => mode(0o666, 'can be written by everyone'),
  'writable by all behind a link': () =>
    made(
      (path) => {
        victim.place.write('real.json', victim.good, 0o646);
        symlinkSync('real.json', path);
      },
      unsafe,
      'real.json can be written by everyone',
    ),
};

for (const [name, attempt] of Object.entries(attempts)) test(name, () => victim.attempt(attempt()));

test('a password in what is no JSON is not quoted', async () => {
  victim.place.write('dbcreds.json', `{"project":"shop",\n"profiles":{"prod":{"password":'hunter22'}}}`);
  const { code, output } = await victim.dbcreds(victim.runArgs({}));
  victim.restore();
  assert.is(code, 125);
  assert.match(output, '(BAD_PROFILE)');
  assert.not.match(output, 'hunter22');
});

test('writable by a group', async () => {
  const { chownSync } = await import('node:fs');
  if (process.getuid?.() !== 0) return victim.attempt(mode(0o666, 'can be written by everyone'));
  await victim.attempt(
    made(
      (path) => {
        victim.place.write(path, victim.good);
        chownSync(path, 0, 100);
        chmodSync(path, 0o664);
      },
      unsafe,
      'can be written by group 100',
    ),
  );
});

test.run();
