import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { type Node, schemaText } from '../../scripts/schema.ts';
import { parseDuration } from '../../src/profiles/duration.ts';
import { profileSchema, projectSchema } from '../../src/profiles/schema.ts';
import { userOnly } from '../../src/profiles/shape.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('schema.json');

const published: Node = JSON.parse(readFileSync(join(project, 'schema.json'), 'utf8'));
const entry = published.properties?.profiles?.additionalProperties as Node;

test('is what scripts/schema.ts makes of the schema that the program checks by', () => {
  assert.equal(published, JSON.parse(schemaText()));
});

/** `tls.mode`, for each key. */
const keysOf = (node: Node, at = ''): string[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    at + key,
    ...keysOf(child, `${at}${key}.`),
  ]);

test("knows each key of a profile, but for those that count in the user's own file alone", () => {
  const all = keysOf(toJsonSchema(profileSchema as never, { errorMode: 'ignore' }) as Node);
  const own = userOnly.map((path) => path.join('.'));
  assert.ok(all.length > 30);
  assert.equal(
    keysOf(entry),
    all.filter((key) => !own.includes(key)),
  );
  for (const key of own) assert.ok(all.includes(key));
});

test('describes each key, for whoever hovers over it', () => {
  const dumb = (node: Node): string[] =>
    Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
      ...((child.description ?? '').length > 10 ? [] : [key]),
      ...dumb(child),
    ]);
  assert.equal([...dumb(published), ...dumb(entry)], []);
});

test('lets no unknown key pass, at any depth', () => {
  const open = (node: Node, at: string): string[] => [
    ...(node.properties && node.additionalProperties !== false ? [at] : []),
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => open(child, `${at}.${key}`)),
  ];
  assert.equal([...open(published, 'file'), ...open(entry, 'profile')], []);
});

test('its pattern of a duration takes what the program takes', () => {
  const pattern = new RegExp(entry.properties?.warn?.pattern ?? '', 'u');
  const texts = [
    '0',
    '1s',
    '45m',
    '12h',
    '90d',
    '2w',
    '999999d',
    '1000000d',
    '',
    '00',
    '01d',
    '-1d',
    '1.5h',
    '90',
    'd',
    '90D',
    '90 d',
    '90dd',
  ];
  for (const text of texts) assert.is(pattern.test(text), parseDuration(text) !== undefined, text);
});

/** The example of the documentation. */
const example = {
  $schema: './node_modules/dbcreds/schema.json',
  project: 'shop',
  default: 'dev',
  profiles: {
    dev: { url: 'postgresql://shop@localhost:5432/shop_dev' },
    prod: {
      url: 'postgresql://shop_app@db.company.com:5432/shop',
      production: true,
      tls: { mode: 'verify-full', ca: 'certs/company-ca.pem' },
      expires: '90d',
      warn: '14d',
      onExpired: 'refuse',
      provider: 'keychain',
      urlStyle: 'libpq',
      params: { schema: 'public' },
      inject: { DIRECT_URL: '{url:prisma}', DB_PASS: '{password}' },
    },
  },
};

/** What of the value the schema does not take, by the keywords that it uses. */
function faults(node: Node, value: unknown, at: string): string[] {
  const fail = (bad: boolean): string[] => (bad ? [at] : []);
  if (Array.isArray(node.anyOf)) return fail(!node.anyOf.some((one) => faults(one, value, at).length === 0));
  if ('const' in node) return fail(value !== node.const);
  if (Array.isArray(node.enum)) return fail(!node.enum.includes(value));
  if (node.type === 'object') return objectFaults(node, value as object, at);
  if (node.type === 'string')
    return fail(typeof value !== 'string' || !new RegExp(node.pattern ?? '', 'u').test(value));
  if (node.type === 'integer') return fail(!Number.isInteger(value));
  return fail(typeof value !== node.type);
}

function objectFaults(node: Node, value: object, at: string): string[] {
  const { properties = {}, required, additionalProperties } = node;
  const missing = ((required as string[]) ?? []).filter((key) => !(key in value));
  return [
    ...missing.map((key) => `${at}.${key}`),
    ...Object.entries(value).flatMap(([key, part]) => {
      const child = properties[key] ?? additionalProperties;
      return child ? faults(child as Node, part, `${at}.${key}`) : [`${at}.${key}`];
    }),
  ];
}

test('takes the example of the documentation, as the program does', () => {
  assert.equal(faults(published, example, ''), []);
  assert.ok(v.is(projectSchema, example));
  for (const one of Object.values(example.profiles)) assert.ok(v.is(profileSchema, one));
});

test('does not take what the program does not take', () => {
  const bad = [
    { pasword: 'x' },
    { port: 'x' },
    { tls: { mode: 'prefer' } },
    { expires: 'soon' },
    { user: 'a\u202eb' },
  ];
  for (const one of bad) {
    assert.not.equal(faults(entry, one, ''), []);
    assert.not.ok(v.is(profileSchema, one));
  }
  assert.not.equal(faults(entry, { soleHolder: true }, ''), [], "the user's own file alone");
  assert.not.equal(faults(published, { profiles: {} }, ''), []);
});

test.run();
