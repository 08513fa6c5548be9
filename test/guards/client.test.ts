import { clientGuard } from '../../src/guards/client.ts';
import type { Profile, UrlStyle } from '../../src/profiles/profile.ts';
import { parseTarget } from '../../src/profiles/target.ts';
import { assert, suite } from '../helpers/suite.ts';
import { production, situation } from './situation.ts';

const test = suite('clients that will not verify');

type Tls = Partial<Profile['tls']>;

interface Case {
  readonly engine?: 'postgresql' | 'mysql' | 'mariadb';
  readonly host?: string;
  readonly tls?: Tls;
  readonly style?: UrlStyle;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function warning({
  engine = 'mysql',
  host = 'db.example',
  tls = {},
  style = 'mysql2',
  command = ['node'],
  env = {},
}: Case): string {
  const profile = {
    target: parseTarget(`${engine}://app@${host}/shop`),
    tls: { mode: 'verify-full', stated: true, nodeExtraCa: false, ...tls } as const,
  };
  const finding = clientGuard(situation({ profile }, { urlStyle: style, command, env }));
  if (finding) assert.equal([finding.level, finding.code], ['warn', 'CLIENT_TLS']);
  return finding?.message ?? '';
}

const ca = '/etc/ca.pem';

const warned: Readonly<Record<string, readonly [Case, RegExp]>> = {
  'the connector of MariaDB has no CA': [{ style: 'mariadb', tls: { ca } }, /urlStyle mariadb .*nodeExtraCa/],
  'postgres.js has no CA': [{ engine: 'postgresql', style: 'postgresjs', tls: { ca } }, /postgresjs/],
  'Bun has no CA': [{ style: 'bun', tls: { ca } }, /bun/],
  'Go has no CA': [{ style: 'go', tls: { ca } }, /SSL_CERT_FILE/],
  'postgres.js with an address': [{ engine: 'postgresql', host: '10.0.0.1', style: 'postgresjs' }, /address/],
  'postgres.js with one of version 6': [
    { engine: 'postgresql', host: '[2001:db8::1]', style: 'postgresjs' },
    /address/,
  ],
  "MariaDB's client with require": [{ tls: { mode: 'require' }, command: ['mariadb'] }, /in the clear/],
  'the same by its path': [
    { tls: { mode: 'require' }, command: ['/usr/bin/mariadb-dump', 'x'] },
    /in the clear/,
  ],
  'the same by the other name': [{ tls: { mode: 'require' }, command: ['mysqldump'] }, /in the clear/],
  TypeORM: [{ command: ['typeorm', 'migration:run'] }, /TypeORM/],
  'TypeORM by its path': [{ engine: 'mariadb', command: ['node_modules/.bin/typeorm'] }, /TypeORM/],
  'TypeORM by npx': [{ command: ['npx', '--no', 'typeorm-ts-node-esm'] }, /TypeORM/],
};

for (const [what, [given, words]] of Object.entries(warned))
  test(`${what}: warned of`, () => {
    assert.match(warning(given), words);
  });

const silent: Readonly<Record<string, Case>> = {
  'the defaults': {},
  'a CA that the URL carries': { tls: { ca } },
  'a CA of the system': { style: 'mariadb' },
  'a CA by the variable': { style: 'mariadb', tls: { ca, nodeExtraCa: true } },
  'a variable that is there': { style: 'bun', tls: { ca }, env: { NODE_EXTRA_CA_CERTS: '/etc/all.pem' } },
  'Go with PostgreSQL': { engine: 'postgresql', style: 'go', tls: { ca } },
  'Go with its variable': { style: 'go', tls: { ca }, env: { SSL_CERT_FILE: ca } },
  'no TLS at all': { style: 'mariadb', tls: { ca, mode: 'disable' }, command: ['typeorm'] },
  "MariaDB's client that verifies": { command: ['mariadb'] },
  "MariaDB's client with require and a CA": { tls: { mode: 'require', ca }, command: ['mariadb'] },
  'another program with require': { tls: { mode: 'require' }, command: ['node', 'mysql.js'] },
  'pg with an address': { engine: 'postgresql', host: '10.0.0.1', style: 'libpq' },
  'postgres.js with a name': { engine: 'postgresql', style: 'postgresjs' },
  'TypeORM with PostgreSQL': { engine: 'postgresql', style: 'libpq', command: ['typeorm'] },
  'a word of that name further behind': { command: ['grep', '-r', 'src', 'typeorm'] },
};

for (const [what, given] of Object.entries(silent))
  test(`${what}: nothing is said`, () => {
    assert.is(warning(given), '');
  });

test('production is warned alike', () => {
  const profile = { target: parseTarget('mysql://app@db.example/shop') };
  assert.is(clientGuard(production({ profile }, { command: ['typeorm'] }))?.level, 'warn');
});

test.run();
