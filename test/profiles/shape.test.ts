import fc from 'fast-check';
import * as v from 'valibot';
import { profileSchema, projectSchema, userSchema } from '../../src/profiles/schema.ts';
import { fits, type Shape, shapes } from '../../src/profiles/shape.ts';
import { assert, suite } from '../helpers/suite.ts';

const test = suite('profiles: the quick look');

const schemas = { profile: profileSchema, project: projectSchema, user: userSchema } as const;

/** Each key with something right, so that whoever runs with it never waits for the schema. */
const full = {
  description: 'the shop',
  url: 'postgresql://a@h/d',
  engine: 'postgres',
  host: 'h',
  port: 65_535,
  database: 'd',
  user: 'ü',
  hostAddress: '127.0.0.1:6543',
  production: true,
  tls: { mode: 'verify-full', ca: 'a', cert: 'b', key: 'c', because: 'd', nodeExtraCa: false },
  expires: 'none',
  warn: '14d',
  onExpired: 'warn',
  provider: 'file',
  file: { path: 'x' },
  urlStyle: 'rails',
  params: { schema: 'public', n: 1.5, on: true, empty: '' },
  inject: { DB_PASS: '{password}', empty: '' },
  credential: 'other',
  serverUser: 's',
  readOnly: 'r',
  access: 'owner',
  reason: 'always',
  log: 'required',
  confirmFor: '0',
  nested: true,
  soleHolder: true,
  rotation: { host: 'h', admin: 'a', roles: ['a', 'b'], grace: '1h', push: [['cmd', 'arg']] },
  incident: { contact: 'me' },
};
const files = { project: { $schema: '', project: 'a-1_b', default: 'dev', profiles: {} } };
const { project: _, ...own } = files.project;
const right = { profile: full, project: files.project, user: own } as const;
const kinds = ['profile', 'project', 'user'] as const;

/** Values near to the border, of every kind. */
const odd: readonly unknown[] = [
  ...[
    '',
    'a',
    'none',
    '90d',
    '0',
    '00d',
    'A b',
    'shop',
    'mysql',
    'verify-full',
    '\n',
    '\u202e',
    '\ud800',
    'x'.repeat(200),
  ],
  ...[0, 1, -1, 1.5, 65_535, 65_536, Number.POSITIVE_INFINITY, true, false, null],
  ...[
    [],
    ['a'],
    ['a', 'b'],
    ['a', ''],
    [[]],
    [['a']],
    [['a'], []],
    [[1]],
    {},
    { a: 1 },
    { a: null },
    { '': 'x' },
  ],
  ...['__proto__', 'constructor', 'toString'].map((key) => JSON.parse(`{ "${key}": "x" }`)),
  { mode: 'prefer' },
  { roles: ['a'] },
  { push: [] },
  { path: '' },
];

/** What is right with a few keys changed, at any depth. */
function bent(value: object): fc.Arbitrary<unknown> {
  const keys = [...Object.keys(value), 'unknown', '__proto__', 'constructor', '0'];
  const change = fc.record({
    key: fc.constantFrom(...keys),
    to: fc.oneof(fc.constantFrom(...odd), fc.jsonValue({ maxDepth: 2 })),
    inside: fc.boolean(),
    within: fc.constantFrom('mode', 'host', 'path', 'roles', 'push', 'contact', 'a', '__proto__'),
  });
  const kept = fc.subarray(Object.entries(value));
  return fc.tuple(kept, fc.array(change, { maxLength: 3 })).map(([entries, changes]) => {
    const made = JSON.parse(JSON.stringify(Object.fromEntries(entries)));
    for (const { key, to, inside, within } of changes) {
      const part = inside && Object.hasOwn(made, key) ? made[key] : undefined;
      const at = typeof part === 'object' && part !== null ? part : made;
      const where = at === made ? key : within;
      // Of its own: a later change goes into it.
      const fresh = structuredClone(to);
      Object.defineProperty(at, where, {
        value: fresh,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return made;
  });
}

test('what passes it is right to the schema, which makes the same of it', () => {
  for (const kind of kinds) {
    const passed = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.oneof(bent(right[kind]), fc.constantFrom(...odd)), (value) => {
        const quick = fits(value, shapes[kind]);
        passed[quick ? 'yes' : 'no'] += 1;
        if (!quick) return;
        const { success, output } = v.safeParse(schemas[kind] as v.GenericSchema, value);
        assert.ok(success, JSON.stringify(value));
        assert.equal(output, value);
      }),
      { numRuns: 3_000 },
    );
    assert.ok(passed.yes > 100 && passed.no > 100, JSON.stringify(passed));
  }
});

test('it knows every key, and nothing that is right as a whole has to wait for the schema', () => {
  for (const kind of kinds) {
    const { entries } = schemas[kind] as unknown as { entries: Record<string, unknown> };
    assert.equal(Object.keys(shapes[kind]).sort(), Object.keys(entries).sort());
    assert.equal(Object.keys(right[kind]).sort(), Object.keys(entries).sort());
    assert.ok(fits(right[kind], shapes[kind]), kind);
    for (const [key, value] of Object.entries(right[kind])) {
      const shape = shapes[kind][key] as Shape;
      assert.ok(fits(value, shape), `${kind}.${key}`);
      if (typeof value === 'object' && typeof shape === 'object')
        assert.equal(Object.keys(value).sort(), Object.keys(shape).sort());
    }
  }
});

test('the words of each choice are those of the schema', () => {
  const choices = { ...shapes.profile, ...(shapes.profile.tls as typeof shapes.profile) };
  const lists = Object.entries(choices).flatMap(([key, shape]) =>
    Array.isArray(shape) ? [[key, shape] as const] : [],
  );
  assert.is(lists.length, 8);
  for (const [key, words] of lists) {
    const schema = (profileSchema as never as Tree).entries;
    const { wrapped } = schema[key] ?? (schema.tls as { wrapped: Tree }).wrapped.entries[key] ?? {};
    assert.equal(words, wrapped?.options, key);
  }
});

interface Tree {
  readonly entries: { readonly [key: string]: { wrapped: Tree } };
  readonly options?: readonly string[];
}

test('what it must not let pass', () => {
  const wrong: readonly (readonly [keyof typeof shapes, unknown])[] = [
    ['project', { profiles: {} }],
    ['project', { project: 'Shop' }],
    ['user', { project: 'shop' }],
    ['user', []],
    ['profile', null],
    ['profile', { port: 0 }],
    ['profile', { port: '5432' }],
    ['profile', { password: 'x' }],
    ['profile', { tls: { mode: 'prefer' } }],
    ['profile', { expires: '90' }],
    ['profile', { host: 'a\u0000b' }],
    ['profile', { rotation: { roles: ['a'] } }],
    ['profile', { rotation: { push: [[]] } }],
    ['profile', { inject: { 'A-B': 'x' } }],
    ['profile', JSON.parse('{ "__proto__": { "host": "evil" } }')],
  ];
  for (const [kind, value] of wrong) assert.not.ok(fits(value, shapes[kind]), JSON.stringify(value));
});

test.run();
