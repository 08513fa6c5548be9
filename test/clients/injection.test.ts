import { assert, suite } from '../helpers/suite.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { inherited } from './inherited.ts';
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
