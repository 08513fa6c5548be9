import type { Result } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { newLogin, type Server } from '../services/server.ts';
import { use, type Variant } from '../services/use.ts';
import { type Journey, routes, travel, travelAll } from './routes.ts';

// What each mode of TLS means to each client that is told of it. `verify-full` is in injection.test.ts.

/** How a client came out: over TLS, in the clear, or not at all. */
type Outcome = 'tls' | 'clear' | 'refused';

const engines = ['postgresql', 'mariadb', 'mysql'] as const;
const ca = 'certs/ca.pem';

interface Case {
  readonly what: string;
  readonly variant: Variant;
  readonly journey: (server: Server) => Journey;
  readonly expected: Outcome;
  /** Clients for which it is otherwise, and why. */
  readonly except?: Readonly<Record<string, Outcome>>;
}

// pg 8 takes every mode above `disable` for verify-full; an app that reads MYSQL_* says itself what it wants of TLS, and
// those of the tests say verifyIdentity.
const strict = {
  'pg by DATABASE_URL': 'refused',
  'pg by PG*': 'refused',
  'mysql2 by MYSQL_*': 'refused',
} as const;

const cases: readonly Case[] = [
  {
    what: 'verify-ca takes any name',
    variant: 'otherName',
    journey: () => ({ tls: { mode: 'verify-ca', ca } }),
    expected: 'tls',
    // It can check the authority without the name, but then takes plaintext too (10.11).
    except: { ...strict, mariadb: 'refused' },
  },
  {
    what: 'verify-ca takes no other authority',
    variant: 'otherCa',
    journey: () => ({ tls: { mode: 'verify-ca', ca } }),
    expected: 'refused',
  },
  {
    what: 'verify-ca takes no plaintext',
    variant: 'plain',
    journey: () => ({ tls: { mode: 'verify-ca', ca } }),
    expected: 'refused',
  },
  {
    what: 'require with a CA takes no other authority',
    variant: 'otherCa',
    journey: () => ({ tls: { mode: 'require', ca } }),
    expected: 'refused',
  },
  {
    what: 'require with a CA takes no plaintext',
    variant: 'plain',
    journey: () => ({ tls: { mode: 'require', ca } }),
    expected: 'refused',
  },
  {
    what: 'require without a CA takes any certificate',
    variant: 'otherCa',
    journey: () => ({ tls: { mode: 'require' } }),
    expected: 'tls',
    except: strict,
  },
  {
    what: 'require without a CA takes no plaintext',
    variant: 'plain',
    journey: () => ({ tls: { mode: 'require' } }),
    expected: 'refused',
    // Nothing makes it insist on TLS but the verification of a certificate (10.11).
    except: { mariadb: 'clear' },
  },
  {
    what: 'disable is in the clear',
    variant: 'plain',
    journey: () => ({ tls: { mode: 'disable' } }),
    expected: 'clear',
    except: { 'mysql2 by MYSQL_*': 'refused' },
  },
  {
    what: 'a socket is in the clear, and nobody minds',
    variant: 'right',
    journey: ({ socket }) => ({ tls: { mode: 'disable' }, profile: { host: socket } }),
    expected: 'clear',
    except: { 'mysql2 by MYSQL_*': 'refused' },
  },
];

for (const engine of engines) {
  const test = suite(`clients: modes of ${engine}`, { needs: [engine] });

  for (const { what, variant, journey, expected, except = {} } of cases) {
    test(what, async () => {
      const server = await use(engine, variant);
      const login = await newLogin(server);
      const results = await travelAll(server, login, journey(server));
      for (const [route, result] of results) {
        const { outcome, words } = outcomeOf(result);
        assert.is(outcome, except[route.name] ?? expected, `${route.name}: ${words}`);
      }
    });
  }

  test.run();
}

function outcomeOf({ code, stdout, stderr }: Result): { outcome: Outcome; words: string } {
  const words = `${code} ${stdout}${stderr}`;
  if (code !== 0) return { outcome: 'refused', words };
  assert.match(stdout, /\|[tf]\n$/);
  return { outcome: stdout.endsWith('|t\n') ? 'tls' : 'clear', words };
}

const address = suite('clients: addresses', { needs: ['postgresql'] });

address('an address as host is checked against the addresses of the certificate', async () => {
  const [numbered, named] = [await use('postgresql', 'ip'), await use('postgresql')];
  const journey = { profile: { host: '127.0.0.1' } };
  const [right, wrong] = [await newLogin(numbered), await newLogin(named)];
  for (const [route, result] of await travelAll(numbered, right, journey))
    assert.is(outcomeOf(result).outcome, 'tls', route.name);
  for (const [route, result] of await travelAll(named, wrong, journey))
    assert.is(outcomeOf(result).outcome, 'refused', route.name);
});

address('through a tunnel libpq checks the name of the host, not of what it dials', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const [psql] = routes.postgresql.filter(({ name }) => name === 'psql by PG*');
  if (!psql) throw new Error('no such route');
  const through = (host: string): Journey => ({ profile: { host, hostAddress: '127.0.0.1' } });
  assert.is(outcomeOf(await travel(psql, server, login, through('db.test'))).outcome, 'tls');
  const { outcome, words } = outcomeOf(await travel(psql, server, login, through('elsewhere.test')));
  assert.is(outcome, 'refused');
  assert.match(words, /does not match host name "elsewhere\.test"/);
});

address.run();
