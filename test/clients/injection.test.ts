import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'pg-connection-string';
import { newPlace } from '../helpers/place.ts';
import { dbcreds } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { travelAll } from './routes.ts';

const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index));

/** What has broken one client or another: quoting, percent-encoding, option files, shells, ends of lines. */
const passwords: Readonly<Record<string, string>> = {
  'every printable character': printable,
  'the same backwards': [...printable].reverse().join(''),
  quotes: `'"\`''""\\'\\"`,
  'spaces around': '  two before and two behind  ',
  'what looks encoded': '%41%2F%zz%%25+%20',
  'what divides a URL': 'a:b@c/d?e#f[g]h;i=j&k',
  'what a shell expands': '$HOME $(id) `id` !! ~ * > < | & ;',
  'what an option file knows': '#no comment;nor this="x"\\s\\n',
  'line ends and a tab': 'one\ntwo\r\nthree\tfour\n',
  'beyond ASCII': 'äöüß€Ωд漢字🙂é',
  'two hundred characters': 'aB3-'.repeat(50),
  'a dash in front': '--password=x',
};

/** Each of them sends a client elsewhere, changes its login, or takes its TLS away. */
const inherited: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgresql://mallory:x@127.0.0.1:1/elsewhere',
  PGHOST: '127.0.0.1',
  PGHOSTADDR: '127.0.0.1',
  PGPORT: '1',
  PGUSER: 'mallory',
  PGPASSWORD: 'another',
  PGDATABASE: 'elsewhere',
  PGSERVICE: 'elsewhere',
  PGPASSFILE: '/nonexistent',
  PGOPTIONS: '-c role=mallory',
  PGSSLMODE: 'disable',
  PGSSLROOTCERT: '/nonexistent',
  PGSSLNEGOTIATION: 'direct',
  PGREQUIREPEER: 'mallory',
  PGCHANNELBINDING: 'disable',
  PGTARGETSESSIONATTRS: 'standby',
  MYSQL_HOST: '127.0.0.1',
  MYSQL_TCP_PORT: '1',
  MYSQL_UNIX_PORT: '/nonexistent',
  MYSQL_PWD: 'another',
  MYSQL_USER: 'mallory',
  MYSQL_HOME: '/nonexistent',
  MYSQL_GROUP_SUFFIX: '_elsewhere',
  MYSQL_TEST_LOGIN_FILE: '/nonexistent',
  MARIADB_HOME: '/nonexistent',
  MARIADB_GROUP_SUFFIX: '_elsewhere',
  MARIADB_UNIX_PORT: '/nonexistent',
  LIBMYSQL_PLUGINS: 'elsewhere',
  LIBMYSQL_PLUGIN_DIR: '/nonexistent',
  LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN: '1',
};

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`clients ${engine}`, { needs: [engine] });
  const server = (variant: Variant = 'right'): Promise<Server> => use(engine, variant);

  for (const [what, password] of Object.entries(passwords)) {
    test(`a password of ${what} reaches each client over verified TLS`, async () => {
      const right = await server();
      const login = await newLogin(right, { password });
      for (const [route, { code, stdout, stderr }] of await travelAll(right, login)) {
        assert.is(stderr, '', `${route.name} says: ${stderr}`);
        assert.is(stdout, `${login.user}|${login.database}|t\n`, route.name);
        assert.is(code, 0, route.name);
      }
    });
  }

  test('a user and a database with marks in their names', async () => {
    const right = await server();
    // No mark that divides a URL in the database's name: pg takes it apart with decodeURI, which leaves those encoded.
    const wanted = { user: `o'br "\\ien@%:/`, database: 'sh op"\'<1>é', password: printable };
    const login = await newLogin(right, wanted);
    for (const [route, { stdout, stderr }] of await travelAll(right, login)) {
      // MySQL's USER() is cut at its first @ by the question itself.
      const user = engine === 'postgresql' ? login.user : login.user.split('@')[0];
      assert.is(stdout, `${user}|${login.database}|t\n`, `${route.name}: ${stderr}`);
    }
  });

  const refusals: [Variant, RegExp][] = [
    [
      'otherName',
      /does not match|altname|ALTNAME|certificate verify failed|Validation of SSL server certificate failed/,
    ],
    ['otherCa', /verify|UNABLE_TO_VERIFY|unable to get local issuer/],
    ['expired', /expired|EXPIRED|certificate verify failed/],
  ];
  for (const [variant, words] of refusals) {
    test(`each client refuses the certificate ${variant}`, async () => {
      const other = await server(variant);
      const login = await newLogin(other);
      for (const [route, { code, stdout, stderr }] of await travelAll(other, login)) {
        assert.is(stdout, '', `${route.name} got in: ${stdout}`);
        assert.match(stderr, words, route.name);
        assert.is.not(code, 0, route.name);
      }
    });
  }

  test('what is inherited leads no client astray', async () => {
    const right = await server();
    const login = await newLogin(right);
    for (const [route, { code, stdout, stderr }] of await travelAll(right, login, { env: inherited })) {
      assert.is(stdout, `${login.user}|${login.database}|t\n`, `${route.name}: ${stderr}`);
      assert.is(code, 0, route.name);
    }
  });

  test('without a CA in the profile each client has the authorities of the system', async () => {
    const right = await server();
    const login = await newLogin(right);
    const journey = { tls: { mode: 'verify-full' } };
    for (const [route, { code, stdout, stderr }] of await travelAll(right, login, journey)) {
      assert.is(stdout, '', `${route.name} got in: ${stdout}`);
      assert.match(stderr, /certificate|CERT/i, route.name);
      assert.is.not(code, 0, route.name);
    }
  });

  test('no client falls back to plaintext', async () => {
    const plain = await server('plain');
    const login = await newLogin(plain);
    for (const [route, { code, stdout }] of await travelAll(plain, login)) {
      assert.is(stdout, '', `${route.name} got in: ${stdout}`);
      assert.is.not(code, 0, route.name);
    }
  });

  test.run();
}

const test = suite('clients: injection');

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

/** What a child gets. */
async function environment(
  engine: 'postgresql' | 'mysql',
  password: string,
): Promise<{ variables: Record<string, string>; stderr: string }> {
  const place = newPlace();
  const url = `${engine}://app@localhost/shop`;
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url, provider: 'env' } } });
  const options = { place, env: { DBCREDS_DEV_PASSWORD: password } };
  const { stdout, stderr } = await dbcreds(['run', '--env', 'dev', '--', 'env', '-0'], options);
  const pairs = stdout.split('\0').map((pair) => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=/, '')]);
  return { variables: Object.fromEntries(pairs), stderr };
}

test.run();
