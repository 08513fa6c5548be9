// Builds `dist/`: one small CJS file for the path of `run`, and one CJS file for each module that is loaded by a dynamic
// `import()`. A lazy file takes the modules of the core from the core, so that each exists once: `instanceof` and private
// fields hold across the border. CJS because an ESM start costs 15 to 20 % more (docs/performance.md has the figures).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { noticesOf } from './notices.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const source = resolve(root, 'src');
const dist = resolve(root, 'dist');
// Built aside and moved in file by file, so that a program which runs meanwhile never finds a file missing.
const out = mkdtempSync(resolve(root, 'node_modules/.dist-'));
process.once('exit', () => rmSync(out, { recursive: true, force: true }));
const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

/** `src/commands/add.ts` -> `commands-add`. */
const chunkName = (file) => relative(source, file).replace(/\.ts$/, '').replaceAll('/', '-');
const isOurs = (file) => file.startsWith(`${source}/`);

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  external: ['pg-native', '@napi-rs/keyring', '@napi-rs/keyring-*', 'cpu-features'],
  // In a CJS file, `__filename` is what `import.meta.filename` is in its source.
  define: { VERSION: JSON.stringify(version), 'import.meta.filename': '__filename' },
  supported: { 'dynamic-import': false },
  metafile: true,
  logLevel: 'warning',
};

/** Turns `import('./x.ts')` into a require of that module's own file, and notes that it has to be built. */
const lazy = (found) => ({
  name: 'lazy',
  setup(b) {
    b.onResolve({ filter: /^\.{1,2}\// }, (args) => {
      if (args.kind !== 'dynamic-import') return;
      const file = resolve(args.resolveDir, args.path);
      found.add(file);
      return { path: `./${chunkName(file)}.cjs`, external: true };
    });
  },
});

/**
 * Modules of the core that a run which goes well does not call: words for what is wrong, mostly. They export functions alone, and
 * the first call of one loads the file. Their importers need not know, and need not wait.
 */
const cold = new Set(
  ['profiles/diagnose.ts', 'profiles/nearest.ts', 'launch/refusals.ts', 'cli/refusals.ts'].map((name) =>
    resolve(source, name),
  ),
);

/** Stands in for a cold module, and notes that it has to be built. */
const late = (found) => ({
  name: 'late',
  setup(b) {
    b.onResolve({ filter: /^\.{1,2}\// }, (args) => {
      const file = resolve(args.resolveDir, args.path);
      if (args.kind !== 'dynamic-import' && cold.has(file)) return { path: file, namespace: 'cold' };
    });
    b.onLoad({ filter: /.*/, namespace: 'cold' }, async ({ path }) => {
      found.add(path);
      const lines = (await exportsOf(path)).map(
        (name) => `export const ${name} = (...args) => require('./${chunkName(path)}.cjs').${name}(...args);`,
      );
      return { contents: lines.join('\n'), loader: 'js' };
    });
    b.onResolve({ filter: /./, namespace: 'cold' }, ({ path }) => ({ path, external: true }));
  },
});

async function exportsOf(file) {
  const options = {
    ...common,
    format: 'esm',
    packages: 'external',
    write: false,
    entryPoints: [file],
    outdir: out,
  };
  const { metafile } = await build(options);
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

/**
 * Serves a module of the core from the core file. In a namespace of its own: as a file of this package it would count as
 * an ES module, where `module.exports` means nothing.
 */
const fromCore = (core) => ({
  name: 'from-core',
  setup(b) {
    b.onResolve({ filter: /^\.{1,2}\// }, (args) => {
      const file = resolve(args.resolveDir, args.path);
      if (core.has(file)) return { path: file, namespace: 'core' };
    });
    b.onLoad({ filter: /.*/, namespace: 'core' }, ({ path }) => ({
      contents: `module.exports = require('./core.cjs').moduleOf('${identifier(path)}')`,
      loader: 'js',
    }));
    b.onResolve({ filter: /^\.\/core\.cjs$/, namespace: 'core' }, () => ({
      path: './core.cjs',
      external: true,
    }));
  },
});

const found = new Set();
const dry = await build({
  ...common,
  entryPoints: [resolve(source, 'cli.ts')],
  write: false,
  plugins: [late(found), lazy(found)],
});
const core = new Set(
  Object.keys(dry.metafile.inputs)
    .map((file) => resolve(file))
    .filter(isOurs),
);

/**
 * The start, and the core's modules for the lazy files. Each is put together when it is asked for: namespaces that are there
 * from the start take a tenth of it, and no run needs them.
 */
async function coreEntry() {
  const contents = [...core]
    .map((file) => `export * as ${identifier(file)} from ${JSON.stringify(file)};`)
    .join('\n');
  const outfile = resolve(out, 'names.cjs');
  await build({
    ...common,
    stdin: { contents, resolveDir: source },
    outfile,
    plugins: [late(found), lazy(found)],
  });
  const modules = Object.entries(createRequire(import.meta.url)(outfile));
  rmSync(outfile);
  const files = new Map([...core].map((file) => [identifier(file), file]));
  const imports = modules.map(([module, names]) => {
    const list = Object.keys(names).map((name) => `${name} as ${module}_${name}`);
    return `import { ${list.join(', ')} } from ${JSON.stringify(files.get(module))};`;
  });
  const cases = modules.map(([module, names]) => {
    const list = Object.keys(names).map((name) => `${name}: ${module}_${name}`);
    return `case '${module}': return { ${list.join(', ')} };`;
  });
  return [
    ...imports,
    'export const start = cli_start;',
    `export function moduleOf(name) { switch (name) { ${cases.join('\n')} } }`,
  ].join('\n');
}
const identifier = (file) => chunkName(file).replaceAll('-', '_');

const parts = [
  await build({
    ...common,
    stdin: {
      contents: await coreEntry(),
      resolveDir: source,
      loader: 'ts',
    },
    outfile: resolve(out, 'core.cjs'),
    plugins: [late(found), lazy(found)],
  }),
];
// V8 takes any source of the same length for the one that it compiled: the cache is named by the content.
const digest = createHash('sha256')
  .update(readFileSync(resolve(out, 'core.cjs')))
  .digest('hex')
  .slice(0, 12);
await build({
  ...common,
  entryPoints: [resolve(root, 'scripts/launcher.cjs')],
  bundle: false,
  external: undefined,
  outfile: resolve(out, 'cli.cjs'),
});
const launcher = readFileSync(resolve(out, 'cli.cjs'), 'utf8');
writeFileSync(resolve(out, 'cli.cjs'), launcher.replace('core-BUILD-', `core-${digest}-`));
chmodSync(resolve(out, 'cli.cjs'), 0o755);

// A program of its own, started by the keychain provider; and the library.
found.add(resolve(source, 'providers/keychain/readback.ts'));
found.add(resolve(source, 'index.ts'));
const built = new Set();
for (let left = [...found]; left.length > 0; left = [...found].filter((file) => !built.has(file))) {
  const made = await Promise.all(
    left.map((file) =>
      build({
        ...common,
        entryPoints: [file],
        outfile: resolve(out, `${chunkName(file)}.cjs`),
        plugins: [fromCore(core), lazy(found)],
      }),
    ),
  );
  for (const file of left) built.add(file);
  parts.push(...made);
}

for (const file of cold) {
  const exported = createRequire(import.meta.url)(resolve(out, `${chunkName(file)}.cjs`));
  const odd = Object.keys(exported).find((name) => !/^(async )?(function|\()/.test(`${exported[name]}`));
  // What stands in for it could be called, and nothing else.
  if (odd !== undefined) throw new Error(`${file} is cold, and its ${odd} is no function`);
}

writeFileSync(resolve(out, 'THIRD-PARTY-NOTICES.txt'), noticesOf(parts.map(({ metafile }) => metafile)));
await writeManual(resolve(out, 'dbcreds.1'));
writeTypes(resolve(out, 'types'));

mkdirSync(dist, { recursive: true });
const made = readdirSync(out);
rmSync(resolve(dist, 'types'), { recursive: true, force: true });
for (const file of made) renameSync(resolve(out, file), resolve(dist, file));
for (const file of readdirSync(dist))
  if (!made.includes(file)) rmSync(resolve(dist, file), { recursive: true });

/** The manual page, made by the table of commands. */
async function writeManual(file) {
  const script = resolve(out, 'man.mjs');
  const entry = resolve(root, 'scripts/man.ts');
  await build({
    ...common,
    entryPoints: [entry],
    format: 'esm',
    outfile: script,
    plugins: [lazy(new Set())],
  });
  const { pageText } = await import(pathToFileURL(script).href);
  rmSync(script);
  const changes = readFileSync(resolve(root, 'CHANGELOG.md'), 'utf8');
  const date = new RegExp(`^## ${version} - (\\d{4}-\\d\\d-\\d\\d)$`, 'm').exec(changes)?.[1];
  writeFileSync(file, pageText(version, date ?? ''));
}

/** The declarations of the library and of what it names, as those of a CJS package. */
function writeTypes(folder) {
  const tsc = resolve(root, 'node_modules/typescript/bin/tsc');
  const config = resolve(out, 'tsconfig.json');
  const emit = { noEmit: false, emitDeclarationOnly: true };
  const compilerOptions = { ...emit, outDir: folder, rootDir: source, types: ['node'] };
  writeFileSync(
    config,
    JSON.stringify({
      extends: resolve(root, 'tsconfig.json'),
      compilerOptions,
      include: [],
      files: [resolve(source, 'index.ts'), resolve(source, 'connect/pg-client.d.ts')],
    }),
  );
  execFileSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' });
  rmSync(config);
  const wanted = new Set([resolve(folder, 'index.d.ts')]);
  for (const file of wanted) {
    // The compiler leaves the endings in declarations as they are in the source.
    const text = readFileSync(file, 'utf8').replace(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js');
    writeFileSync(file, text);
    for (const [, path] of text.matchAll(/(?:from |import\()['"](\.[^'"]*)\.js['"]/g))
      wanted.add(resolve(dirname(file), `${path}.d.ts`));
  }
  // What the library's declarations do not name is nobody's business, and some of it names packages that are not installed.
  for (const name of readdirSync(folder, { recursive: true }))
    if (name.endsWith('.d.ts') && !wanted.has(resolve(folder, name))) rmSync(resolve(folder, name));
  writeFileSync(resolve(folder, 'package.json'), '{ "type": "commonjs" }\n');
}
