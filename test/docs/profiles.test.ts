import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveProfile } from '../../src/profiles/resolve.ts';
import { userOnly } from '../../src/profiles/shape.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';

const test = suite('docs/profiles.md');

interface Key {
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Key>>;
  readonly additionalProperties?: Key;
}

interface Row {
  readonly type: string;
  readonly preset: string;
  readonly file: string;
}

const page = readFileSync(join(project, 'docs/profiles.md'), 'utf8');
const rows: ReadonlyMap<string, Row> = new Map(
  [...page.matchAll(/^\| `([\w$.]+)` \|([^|]*)\|([^|]*)\|([^|]*)\|/gm)].map(
    ([, key = '', type = '', preset = '', file = '']) => [
      key,
      { type: type.trim(), preset: preset.trim(), file: file.trim() },
    ],
  ),
);

const schema: Key = JSON.parse(readFileSync(join(project, 'schema.json'), 'utf8'));

/** `tls.mode`, with what the schema says of it. */
function keysOf({ properties = {} }: Key, at = ''): [string, Key][] {
  return Object.entries(properties).flatMap(([name, key]) =>
    key.properties ? keysOf(key, `${at}${name}.`) : [[`${at}${name}`, key] as [string, Key]],
  );
}

const entry = keysOf(schema.properties?.profiles?.additionalProperties ?? {});
const whole = [...keysOf(schema), ...entry];

test('lists every key of the schema, and none that does not exist', () => {
  const own = userOnly.map((path) => path.join('.'));
  const known = [...new Set([...whole.map(([key]) => key), ...own])];
  assert.ok(known.length > 40, String(known.length));
  assert.equal([...rows.keys()].sort(), known.sort());
});

test('names each word that a key may hold', () => {
  for (const [key, { enum: words = [] }] of whole)
    for (const word of words) assert.ok(rows.get(key)?.type.includes(`\`${word}\``), `${key}: ${word}`);
});

test('says which file may set a key', () => {
  for (const path of userOnly) assert.is(rows.get(path.join('.'))?.file, 'own');
  const own = [...rows].filter(([, { file }]) => file === 'own').map(([key]) => key);
  assert.equal(own.sort(), userOnly.map((path) => path.join('.')).sort());
  for (const [key, { file }] of rows) assert.match(file, /^(both|own|`dbcreds\.json`)/, key);
});

test('says the defaults that a profile without the keys has', () => {
  const made = (url: string) =>
    resolveProfile({ user: { path: '/p.json', entries: { dev: { url } } } }, 'dev');
  const { production, nested, soleHolder, onExpired, urlStyle, warn, confirmFor, tls, target } = made(
    'postgresql://u@db.example.com/d',
  );
  const mysql = made('mysql://u@db.example.com/d');
  const presets = {
    production,
    nested,
    soleHolder,
    onExpired,
    'tls.mode': tls.mode,
    'tls.nodeExtraCa': tls.nodeExtraCa,
  };
  for (const [key, value] of Object.entries(presets)) assert.is(rows.get(key)?.preset, `\`${value}\``, key);
  assert.is(rows.get('urlStyle')?.preset, `\`${urlStyle}\`; \`${mysql.urlStyle}\``);
  assert.is(rows.get('port')?.preset, `${target.port}; ${mysql.target.port}`);
  assert.is(rows.get('warn')?.preset, `\`${warn / 86_400_000}d\``);
  assert.is(rows.get('confirmFor')?.preset, `\`${confirmFor / 60_000}m\``);
  assert.is(rows.get('provider')?.preset, '`keychain`');
});

test.run();
