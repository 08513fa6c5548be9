import { lstatSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import * as fc from 'fast-check';
import { edited } from '../../src/commands/entries.ts';
import { assert, suite } from '../helpers/suite.ts';
import { must, Shop } from './kit.ts';

const test = suite('the profile file is edited');

const entry = { url: 'postgresql://a@b:5432/c', tls: { mode: 'disable' as const } };

const styles: readonly (readonly [name: string, text: string])[] = [
  ['two blanks', '{\n  "project": "shop",\n  "profiles": {\n    "a": {\n      "url": "x"\n    }\n  }\n}\n'],
  [
    'four blanks',
    '{\n    "project": "shop",\n    "profiles": {\n        "a": {\n            "url": "x"\n        }\n    }\n}\n',
  ],
  ['tabs', '{\n\t"project": "shop",\n\t"profiles": {\n\t\t"a": {\n\t\t\t"url": "x"\n\t\t}\n\t}\n}\n'],
  [
    'entries on one line each',
    '{\n  "profiles": {\n    "a":  { "url": "x" },\n    "b":  { "url": "}{\\"" }\n  }\n}\n',
  ],
  ['no line end at the end', '{\n  "profiles": {\n    "a": { "url": "x" }\n  }\n}'],
  [
    'keys behind the profiles',
    '{\n  "profiles": {\n    "a": { "url": "x" }\n  },\n\n  "project": "shop"\n}\n',
  ],
  ['empty lines', '{\n  "profiles": {\n\n    "a": { "url": "x" },\n\n    "b": { "url": "y" }\n\n  }\n}\n'],
];

/** The lines of the one that the other has not. */
const lost = (one: string, other: string): string[] =>
  one.split(/\r?\n/).filter((line) => !other.includes(line.replace(/,$/, '')));

for (const [name, text] of styles) {
  for (const [what, before] of [
    ['', text],
    [', CR LF', text.replaceAll('\n', '\r\n')],
    [', byte order mark', `\uFEFF${text}`],
  ] as const) {
    test(`every line stays: ${name}${what}`, () => {
      const after = edited(before, 'new', entry);
      assert.equal(JSON.parse(after.replace('\uFEFF', '')).profiles.new, entry);
      assert.equal(lost(before, after), []);
      assert.is(after.startsWith('\uFEFF'), before.startsWith('\uFEFF'));
      assert.is(/[^\r]\n/.test(after), !before.includes('\r\n'));
      assert.is(after.endsWith('\n'), before.endsWith('\n'));
      // And there and back is no change at all.
      assert.is(edited(after, 'new', undefined), before);
    });
  }
}

test('it is indented as the rest', () => {
  const tabs = edited(styles[2]?.[1] ?? '', 'new', entry);
  assert.ok(
    tabs.includes(',\n\t\t"new": {\n\t\t\t"url": "postgresql://a@b:5432/c",\n\t\t\t"tls": {\n\t\t\t\t"mode"'),
    tabs,
  );
});

test('the first, the last and the only one are taken away', () => {
  const text = styles[3]?.[1] ?? '';
  const first = edited(text, 'a', undefined);
  assert.is(first, '{\n  "profiles": {\n    "b":  { "url": "}{\\"" }\n  }\n}\n');
  assert.is(edited(text, 'b', undefined), '{\n  "profiles": {\n    "a":  { "url": "x" }\n  }\n}\n');
  assert.is(edited(first, 'b', undefined), '{\n  "profiles": {}\n}\n');
  assert.is(edited(text, 'not-there', undefined), text);
});

test('one that is there is replaced where it stands', () => {
  const after = edited(styles[3]?.[1] ?? '', 'a', { url: 'new' });
  assert.is(
    after,
    '{\n  "profiles": {\n    "a":  {\n      "url": "new"\n    },\n    "b":  { "url": "}{\\"" }\n  }\n}\n',
  );
});

test('files that have no such lines are written anew', () => {
  for (const text of [
    '{}',
    '{}\n',
    '{"profiles":{}}',
    '{"profiles":{"a":{}}}',
    '{"project":"x"}',
    '{"profiles":{"new":{},"new":{}}}',
  ]) {
    const { profiles, ...others } = JSON.parse(edited(text, 'new', entry));
    assert.equal(profiles.new, entry);
    const { profiles: before, ...rest } = JSON.parse(text);
    assert.equal(others, rest);
    assert.equal(Object.keys(profiles).sort(), [...new Set([...Object.keys(before ?? {}), 'new'])].sort());
  }
});

test('whatever the file holds, the edit is that entry and nothing else', () => {
  const names = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
  const file = fc.record({ project: names, profiles: fc.dictionary(names, fc.jsonValue()) });
  const indents = fc.constantFrom(undefined, 1, 2, 4, '\t');
  fc.assert(
    fc.property(file, names, indents, fc.boolean(), (value, name, indent, remove) => {
      const text = JSON.stringify(value, null, indent);
      const { [name]: _, ...others } = value.profiles;
      const profiles = remove ? others : { ...value.profiles, [name]: entry };
      assert.equal(
        JSON.parse(edited(text, name, remove ? undefined : entry)),
        JSON.parse(JSON.stringify({ ...value, profiles })),
      );
    }),
    { numRuns: 500 },
  );
});

test('a file keeps its rights, a link stays a link, and comments are an error that changes nothing', async () => {
  const shop = await Shop.open({ a: { url: 'postgresql://a@b/c' } });
  const real = shop.place.write('real.json', readFileSync(shop.file, 'utf8'), 0o640);
  renameSync(shop.file, `${shop.file}.old`);
  symlinkSync(real, shop.file);
  const add = [
    'add',
    'x',
    '--type',
    'pg',
    '--host',
    'h',
    '--database',
    'd',
    '--username',
    'u',
    '--no-test',
    '--provider',
    'env',
  ];
  must(await shop.dbcreds(add));
  assert.ok(lstatSync(shop.file).isSymbolicLink());
  assert.is(statSync(real).mode & 0o777, 0o640);
  assert.equal(Object.keys(shop.profiles()), ['a', 'x']);
  const commented = '{\n  // ours\n  "project": "shop"\n}\n';
  shop.place.write(real, commented);
  const { code, stderr } = await shop.dbcreds(add);
  assert.is(code, 125);
  assert.match(
    stderr,
    /is not JSON at line 2 \(BAD_PROFILE\)[\s\S]*JSON without comments or trailing commas/,
  );
  assert.is(readFileSync(real, 'utf8'), commented);
});

test('several at once: no entry of any is lost, in neither file', async () => {
  const shop = await Shop.open({});
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const target = ['--type', 'pg', '--host', 'h', '--database', 'd', '--username', 'u', '--tls', 'require'];
  const how = ['--no-test', '--password-stdin', '--provider', 'file'];
  const add = (name: string) =>
    shop.dbcreds(['add', name, ...target, ...how], { input: 'a-Secret-of-ours-1' });
  for (const result of await Promise.all(names.map(add))) must(result);
  assert.equal(Object.keys(shop.profiles()).sort(), names);
  const own = JSON.parse(readFileSync(`${shop.context().folders.config}/profiles.json`, 'utf8'));
  assert.equal(
    Object.keys(own.profiles).sort(),
    names.map((name) => `shop/${name}`),
  );
  const expire = (name: string) => shop.dbcreds(['update', name, '--expires', '90d']);
  for (const result of await Promise.all(names.map(expire))) must(result);
  assert.equal(
    names.map((name) => shop.profiles()[name]?.expires),
    names.map(() => '90d'),
  );
});

test.run();
