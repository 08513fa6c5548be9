import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  closure,
  cycles,
  importsOf,
  neighbours,
  readTree,
  type Tree,
  withoutComments,
} from './helpers/source.ts';
import { assert, suite } from './helpers/suite.ts';
import { project } from './services/cache.ts';

/** From the top down: a module imports what lies below it, never upwards. */
const layers: readonly (readonly string[])[] = [
  ['cli', 'index'],
  ['library'],
  ['commands'],
  ['run'],
  ['rotate'],
  ['profiles', 'providers', 'guards', 'inject', 'launch', 'connect'],
  ['secret', 'errors', 'context', 'terminal', 'log', 'files', 'lock', 'line-editor', 'digest'],
];

/** Who may import a neighbour in the same layer. The lowest layer is one: its modules know each other. */
const sideways: Readonly<Record<string, readonly string[]>> = {
  providers: ['profiles', 'launch'],
  connect: ['profiles', 'launch'],
  guards: ['profiles'],
  inject: ['profiles'],
  launch: ['profiles'],
};

/** Libraries with one importer each. */
const importers: Readonly<Record<string, RegExp>> = {
  execa: /^launch\//,
  'node:child_process': /^launch\//,
  '@napi-rs/keyring': /^providers\/keychain(\.ts|\/)/,
  pg: /^connect\//,
  mysql2: /^connect\//,
  ora: /^terminal(\.ts|\/)/,
  dotenv: /^providers\/dotenv(\.ts|\/)/,
};

/** Too heavy to be loaded by every run. */
const heavy = ['pg', 'mysql2', 'execa', 'age-encryption', 'ora', 'dotenv', '@napi-rs/keyring'];

/** Where a secret may be taken out of its wrapping. */
const revealers = [
  /^secret\.ts$/,
  /^inject\//,
  /^providers\//,
  /^connect\//,
  /^rotate\//,
  /^commands\/(generate|show|export)(\.ts|\/)/,
  /^library\/(credential|pg|mysql)\.ts$/,
  /^profiles\/strength\.ts$/,
  /^run\/environment\.ts$/,
  /^launch\/unnamed\.ts$/,
];

/** `providers/env.ts` -> `providers`, `run.ts` -> `run`. */
const moduleOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? file;
const layerOf = (module: string): number => layers.findIndex((layer) => layer.includes(module));

/** A rule finds what is wrong in a tree: one line each. */
type Rule = (tree: Tree) => string[];

const files = (tree: Tree, bad: (text: string, file: string) => boolean): string[] =>
  [...tree].filter(([file, text]) => bad(withoutComments(text), file)).map(([file]) => file);

const arrows: Rule = (tree) =>
  [...tree.keys()].flatMap((file) => {
    const from = moduleOf(file);
    if (layerOf(from) < 0) return [`${file} has no place in the layers`];
    return neighbours(tree, file, ['static', 'type', 'lazy', 'require'])
      .filter((to) => !mayImport(from, moduleOf(to)))
      .map((to) => `${file} -> ${to}`);
  });

function mayImport(from: string, to: string): boolean {
  const [upper, lower] = [layerOf(from), layerOf(to)];
  if (from === to || (lower === upper && upper === layers.length - 1)) return true;
  return lower > upper || (sideways[from]?.includes(to) ?? false);
}

const missing: Rule = (tree) =>
  [...tree.keys()].flatMap((file) =>
    neighbours(tree, file, ['static', 'type', 'lazy'])
      .filter((to) => to.endsWith('.ts') && !tree.has(to))
      .map((to) => `${file} -> ${to}`),
  );

const isPackage = (what: string, name: string): boolean =>
  what === name ||
  what.startsWith(`${name}/`) ||
  (name === '@napi-rs/keyring' && what.startsWith(`${name}-`));

/** The keychain's binary is required by a name that is put together, so its literal counts wherever it stands. */
const soleImporters: Rule = (tree) =>
  [...tree].flatMap(([file, text]) => {
    const names = importsOf(text).map(({ what }) => what);
    if (/['"`]@napi-rs\/keyring/.test(withoutComments(text))) names.push('@napi-rs/keyring');
    return Object.entries(importers)
      .filter(([name, where]) => !where.test(file) && names.some((what) => isPackage(what, name)))
      .map(([name]) => `${file} imports ${name}`);
  });

/** A name that is computed could be anything; only the keychain's binary needs that. */
const computed: Rule = (tree) =>
  [...tree].flatMap(([file, text]) =>
    importsOf(text)
      .filter(({ what }) => what.startsWith('?') && !importers['@napi-rs/keyring']?.test(file))
      .map(({ what }) => `${file}: import of ${what.slice(1)}`),
  );

const light: Rule = (tree) =>
  closure(tree, 'cli.ts').flatMap((file) =>
    importsOf(tree.get(file) ?? '')
      .filter(({ what, how }) => how === 'static' && heavy.some((name) => isPackage(what, name)))
      .map(({ what }) => `${file} loads ${what} at the start`),
  );

const atMost =
  (most: number, pattern: RegExp): Rule =>
  (tree) => {
    const found = files(tree, (text) => pattern.test(text));
    return found.length > most ? found : [];
  };

const environment = /\bprocess\.env\b|\bprocess\[|\benv\b[^\n]*\}\s*=\s*process\b|from 'node:process'/;
const printing = /\bprocess\.(stdout|stderr)\b|\bconsole\.|\bwritev?Sync\(\s*[12]\b/;

const long: Rule = (tree) =>
  [...tree].filter(([, text]) => text.trimEnd().split('\n').length > 250).map(([file]) => file);

const revealing: Rule = (tree) =>
  files(tree, (text, file) => /\breveal\(/.test(text) && !revealers.some((where) => where.test(file)));

const mutable: Rule = (tree) => files(tree, (text) => /^(export )?(let|var) /m.test(text));

/** Each rule with a tree that breaks it, so that a rule which finds nothing has proved that it could. */
const rules: readonly [name: string, rule: Rule, broken: readonly Record<string, string>[]][] = [
  [
    'imports follow the arrows',
    arrows,
    [
      { 'guards/age.ts': "import { run } from '../run.ts';" },
      { 'errors.ts': "import type { Profile } from './profiles/profile.ts';" },
      { 'inject/url.ts': "const launch = await import('../launch/plan.ts');" },
      { 'profiles/read.ts': "export { get } from '../providers/env.ts';" },
      { 'helpers/any.ts': '' },
      { 'run/x.ts': "import {\n  a,\n  type B,\n} from '../commands/run.ts';" },
    ],
  ],
  ['imports lead to files', missing, [{ 'run.ts': "import './gone.ts';" }]],
  [
    'no import cycle',
    (tree) => cycles(tree, ['static', 'type', 'lazy', 'require']),
    [
      { 'run.ts': "import { a } from './run/a.ts';", 'run/a.ts': "const { b } = await import('../run.ts');" },
      { 'log.ts': "import type { A } from './lock.ts';", 'lock.ts': "import './log.ts';" },
    ],
  ],
  [
    'libraries have one importer',
    soleImporters,
    [
      { 'providers/file.ts': "import { spawn } from 'node:child_process';" },
      { 'run.ts': "const { Client } = await import('pg');" },
      { 'commands/doctor.ts': "import type { Pool } from 'mysql2/promise';" },
      { 'terminal.ts': "load('@napi-rs/keyring-linux-x64-gnu');" },
      { 'run/env-file.ts': "require('dotenv');" },
    ],
  ],
  ['no computed import', computed, [{ 'run.ts': 'await import(name);' }]],
  [
    'nothing heavy at the start',
    light,
    [{ 'cli.ts': "import { a } from './run.ts';", 'run.ts': "import { Client } from 'pg';" }],
  ],
  [
    'process.env in three files: the program, the library, the launch',
    atMost(3, environment),
    [
      {
        'a.ts': 'process.env.A',
        'b.ts': 'const { env } = process;',
        'c.ts': "import { env } from 'node:process';",
        'd.ts': "process['env'].A",
      },
    ],
  ],
  [
    'printing in two files',
    atMost(2, printing),
    [{ 'a.ts': 'process.stdout.write(x)', 'b.ts': 'console.error(x)', 'c.ts': 'writeSync(2, x)' }],
  ],
  ['no file above 250 lines', long, [{ 'run.ts': 'x;\n'.repeat(251) }]],
  ['secrets are revealed where they must be', revealing, [{ 'log.ts': 'const text = password.reveal();' }]],
  ['no mutable state of a module', mutable, [{ 'run.ts': 'let child: number;' }]],
];

const source = readTree(join(project, 'src'));
const test = suite('the architecture');

test('there is something to look at', () => {
  assert.ok(source.has('cli.ts') && source.has('run.ts'));
  assert.ok(source.size > 30, `${source.size} files`);
  assert.ok(closure(source, 'cli.ts').length > 5);
  const found = [...source.values()].flatMap((text) => importsOf(text).map(({ what }) => what));
  const { devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  for (const name of Object.keys(importers).filter(
    (name) => name in devDependencies || !/^[a-z]/.test(name),
  )) {
    assert.ok(
      found.some((what) => isPackage(what, name)),
      `${name} is imported by nobody`,
    );
  }
});

for (const [name, rule, broken] of rules) {
  test(name, () => assert.equal(rule(source), []));

  test(`${name}: the rule can fail`, () => {
    for (const tree of broken)
      assert.ok(rule(new Map(Object.entries(tree))).length > 0, JSON.stringify(tree));
  });
}

test('process.env and printing are somewhere', () => {
  assert.ok(files(source, (text) => environment.test(text)).length > 0);
  assert.ok(files(source, (text) => printing.test(text)).length > 0);
});

test('every test file counts its tests', () => {
  const tests = readTree(join(project, 'test'));
  const names = [...tests.keys()].filter((name) => name.endsWith('.test.ts'));
  assert.ok(names.length > 5);
  const others = /^(uvu|node:test|node:assert)/;
  const bad = [...tests].filter(([, text]) => importsOf(text).some(({ what }) => others.test(what)));
  assert.equal(bad.map(([name]) => name).sort(), ['helpers/assert.ts', 'helpers/suite.ts']);
});

test.run();
