import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'pg-connection-string';
import { newPlace } from '../helpers/place.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { inherited } from './inherited.ts';

const test = suite('clients: variables');

interface Parsed {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

/** How each client takes a URL apart, by its own code. */
const parsers: Readonly<Record<'postgresql' | 'mysql', readonly ((url: string) => Parsed)[]>> = {
  postgresql: [(url) => parse(url) as Parsed, byStandard],
  mysql: [byMysql2, byStandard],
};

function byStandard(url: string): Parsed {
  const { username, password, pathname } = new URL(url);
  return {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

function byMysql2(url: string): Parsed {
  const require = createRequire(import.meta.url);
  const file = join(dirname(require.resolve('mysql2')), 'lib/connection_config.js');
  return require(file).parseUrl(url);
}

/** Any text that an environment can hold. */
const secret = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => !text.includes('\0'));

for (const engine of ['postgresql', 'mysql'] as const) {
  test(`${engine}: any password arrives byte for byte, in its variable and in the URL`, async () => {
    await fc.assert(
      fc.asyncProperty(secret, async (password) => {
        const { variables, stderr } = await environment(engine, password);
        assert.is(stderr, '');
        const names = engine === 'postgresql' ? ['PGPASSWORD'] : ['MYSQL_PWD', 'MYSQL_PASSWORD'];
        for (const name of names) assert.is(variables[name], password, name);
        const { DATABASE_URL: url = '' } = variables;
        assert.match(url, /^[\x21-\x7e]+$/);
        for (const parser of parsers[engine]) {
          const { user, password: got, database } = parser(url);
          assert.equal({ user, got, database }, { user: 'app', got: password, database: 'shop' });
        }
      }),
      { numRuns: 25 },
    );
  });
}

for (const [engine, names] of [
  ['postgresql', /^(PG|DATABASE_URL$)/],
  ['mysql', /^(MYSQL|MARIADB|LIBMYSQL|DATABASE_URL$)/],
] as const) {
  test(`${engine}: nothing that its clients read is left of what was inherited`, async () => {
    const { variables } = await environment(engine, 'pw-1', inherited);
    const left = Object.keys(inherited).filter((name) => variables[name] === inherited[name]);
    assert.equal(
      left.filter((name) => names.test(name)),
      [],
    );
  });
}

/** What a child gets. */
async function environment(
  engine: 'postgresql' | 'mysql',
  password: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ variables: Record<string, string>; stderr: string }> {
  const place = newPlace();
  const url = `${engine}://app@localhost/shop`;
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url, provider: 'env' } } });
  const options = { place, env: { ...more, DBCREDS_DEV_PASSWORD: password } };
  const { stdout, stderr } = await dbcreds(['run', '--env', 'dev', '--', 'env', '-0'], options);
  const pairs = stdout.split('\0').map((pair) => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=/, '')]);
  return { variables: Object.fromEntries(pairs), stderr };
}

test.run();
