import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../commands/kit.ts';
import { newPlace, type Place } from '../helpers/place.ts';
import { program, type Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { npm, pack } from './installed.ts';

const test = suite('the package as a library');

const made: { place?: Place } = {};
test.before(async () => {
  const place = newPlace();
  place.write('package.json', { name: 'consumer', private: true });
  await npm(['install', (await pack()).file], place.cwd);
  // A consumer brings these; all others that a declaration might name are not there.
  mkdirSync(join(place.cwd, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(project, 'node_modules/@types/node'), join(place.cwd, 'node_modules/@types/node'));
  symlinkSync(join(project, 'node_modules/undici-types'), join(place.cwd, 'node_modules/undici-types'));
  place.write('dbcreds.json', {
    project: 'shop',
    profiles: { dev: { url: 'postgresql://app@localhost:1/shop' } },
  });
  made.place = place;
});

function ready(): Place {
  if (!made.place) throw new Error('the package was not installed');
  return made.place;
}

const url = 'postgresql://app:pw-4711-Zz9@localhost:1/shop';

/** Runs a program of the consumer. */
async function run(name: string, text: string): Promise<string> {
  const place = ready();
  place.write(name, text);
  const env = { DBCREDS_DEV_URL: url };
  return must(await program(process.execPath, [name], { place, env })).stdout;
}

const use = `
  const found = await credential('dev');
  const wrong = await databaseUrl('nope').catch((error) => error);
  console.log(found.user, found.password, (await databaseUrl('dev')).startsWith('${url}'), (await pgConfig('dev')).host,
    wrong instanceof DbcredsError, wrong.code);`;
const said = 'app pw-4711-Zz9 true localhost true NO_PROFILE\n';
const names = '{ credential, databaseUrl, DbcredsError, pgConfig }';

test('by require', async () => {
  assert.is(await run('a.cjs', `const ${names} = require('dbcreds'); (async () => {${use}})();`), said);
});

test('by import, names and all', async () => {
  assert.is(await run('a.mjs', `import ${names} from 'dbcreds';${use}`), said);
});

test('its schema and its package.json can be asked for, its files cannot', async () => {
  const text = `for (const name of ['schema.json', 'package.json', 'dist/core.cjs']) {
    try { console.log(typeof require('dbcreds/' + name)); } catch ({ code }) { console.log(code); } }`;
  assert.is(await run('b.cjs', text), 'object\nobject\nERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

const right = `import { credential, DbcredsError, type ErrorCode, type PgConfig, pgConfig } from 'dbcreds';
const { password, expiresAt }: { password: string; expiresAt?: Date | undefined } = await credential('dev', { confirm: 'dev' });
const config: PgConfig = await pgConfig('dev');
const code: ErrorCode = 'EXPIRED';
export const all: [string, Date | undefined, PgConfig, ErrorCode, typeof DbcredsError] = [password, expiresAt, config, code, DbcredsError];
`;
const wrong = `import { credential } from 'dbcreds';\nexport const n: number = (await credential('dev')).password;\n`;

async function compile(text: string, options: object, name: string): Promise<Result> {
  const place = ready();
  const compilerOptions = {
    ...{
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
    },
    ...{ types: ['node'], ...options },
  };
  place.write('tsconfig.json', { compilerOptions, files: [place.write(name, text)] });
  return program(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '-p', '.'], { place });
}

for (const [how, options, name] of [
  ['node16, as an ES module', { module: 'node16', moduleResolution: 'node16' }, 'c.mts'],
  ['bundler', { module: 'esnext', moduleResolution: 'bundler' }, 'c.ts'],
] as const)
  test(`its types, libraries checked, by moduleResolution ${how}`, async () => {
    const { stdout, code } = await compile(right, options, name);
    assert.equal([stdout, code], ['', 0]);
    assert.match((await compile(wrong, options, name)).stdout, /TS2322: Type 'string' is not assignable/);
  });

test('its types, in a CommonJS module', async () => {
  const text = `import dbcreds = require('dbcreds');
export const code: dbcreds.ErrorCode = 'EXPIRED';
export const url: Promise<string> = dbcreds.databaseUrl('dev');\n`;
  const { stdout, code } = await compile(text, { module: 'node16', moduleResolution: 'node16' }, 'd.cts');
  assert.equal([stdout, code], ['', 0]);
});

test.run();
