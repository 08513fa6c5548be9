import { type ConnectionTls, connectionOf, inject, urlOf } from '../../src/inject/index.ts';
import type { TlsMode, UrlStyle } from '../../src/profiles/profile.ts';
import { parseTarget } from '../../src/profiles/target.ts';
import { Secret } from '../../src/secret.ts';
import { profileOf } from '../helpers/profile.ts';
import { assert, suite } from '../helpers/suite.ts';

// Dialects whose words are easy to get wrong. What the clients make of most of them: table-*.test.ts.
const test = suite('clients: styles of URLs');

type Files = Omit<ConnectionTls, 'mode'>;

const login = { user: 'app', password: new Secret('pw') };
const profileFor = (target: string, mode: TlsMode): ReturnType<typeof profileOf> =>
  profileOf({ target: parseTarget(target), tls: { mode, stated: true, nodeExtraCa: false } });

function url(target: string, style: UrlStyle, mode: TlsMode, files: Files = {}): string {
  return urlOf(connectionOf(profileFor(target, mode), login, files, false), style) ?? '';
}

/** PyMySQL checks no name unless it has a CA in the same words, so that a URL never does without. */
const pymysql: readonly [TlsMode, Files, string][] = [
  ['verify-full', { ca: '/ca' }, 'ssl_ca=%2Fca&ssl_check_hostname=true'],
  ['verify-full', { systemCa: '/etc/bundle' }, 'ssl_ca=%2Fetc%2Fbundle&ssl_check_hostname=true'],
  ['verify-full', {}, 'ssl_ca=system&ssl_check_hostname=true'],
  [
    'verify-full',
    { ca: '/ca', cert: '/cert', key: '/key' },
    'ssl_ca=%2Fca&ssl_check_hostname=true&ssl_cert=%2Fcert&ssl_key=%2Fkey',
  ],
  ['verify-ca', { ca: '/ca' }, 'ssl_ca=%2Fca&ssl_check_hostname=false'],
  ['require', { ca: '/ca' }, 'ssl_ca=%2Fca&ssl_check_hostname=false'],
  ['require', {}, 'ssl_verify_cert=false'],
  ['require', { cert: '/cert', key: '/key' }, 'ssl_cert=%2Fcert&ssl_key=%2Fkey'],
];

for (const [mode, files, words] of pymysql) {
  test(`SQLAlchemy, ${mode} with ${Object.keys(files).join(', ') || 'no file'}`, () => {
    for (const engine of ['mysql', 'mariadb'])
      assert.is(
        url(`${engine}://app@db.example/shop`, 'sqlalchemy', mode, files),
        `${engine}+pymysql://app:pw@db.example:3306/shop?${words}`,
      );
  });
}

test('SQLAlchemy: in the clear no word of TLS', () => {
  assert.is(
    url('mysql://app@db.example/shop', 'sqlalchemy', 'disable'),
    'mysql+pymysql://app:pw@db.example:3306/shop',
  );
});

test('SQLAlchemy: PostgreSQL by its present driver, and in the words of libpq', () => {
  assert.is(
    url('postgresql://app@db.example/shop', 'sqlalchemy', 'verify-full', { ca: '/ca' }),
    'postgresql+psycopg://app:pw@db.example:5432/shop?sslmode=verify-full&sslrootcert=%2Fca',
  );
});

test('postgres.js and Bun: the mode, and no word that their servers would refuse', () => {
  const files = { ca: '/ca', caText: 'PEM', cert: '/cert', key: '/key' };
  const shop = 'db.example/shop';
  for (const mode of ['verify-full', 'verify-ca', 'require', 'disable'] as const) {
    const words = `?sslmode=${mode === 'require' ? 'verify-ca' : mode}`;
    for (const style of ['postgresjs', 'bun'] as const)
      assert.is(
        url(`postgresql://app@${shop}`, style, mode, files),
        `postgresql://app:pw@db.example:5432/shop${words}`,
      );
    for (const engine of ['mysql', 'mariadb'])
      assert.is(
        url(`${engine}://app@${shop}`, 'bun', mode, files),
        `mysql://app:pw@db.example:3306/shop${words}`,
      );
  }
});

test('postgres.js is told by a variable of its own to use TLS, and of plaintext by none', () => {
  const pgssl = (mode: TlsMode): unknown => {
    const profile = profileFor('postgresql://app@db.example/shop', mode);
    const connection = connectionOf(profile, login, {}, false);
    return inject(profile, connection, { urlStyle: 'libpq', prefix: '', cache: '/cache' }).set.PGSSL;
  };
  assert.equal((['verify-full', 'require', 'disable'] as const).map(pgssl), [
    'verify-full',
    'require',
    undefined,
  ]);
});

test('GSS encryption is switched off, but for Go, where a driver stops at the word', () => {
  const profile = profileFor('postgresql://app@db.example/shop', 'verify-full');
  const connection = connectionOf(profile, login, {}, false);
  const gss = (urlStyle: UrlStyle): unknown =>
    inject(profile, connection, { urlStyle, prefix: '', cache: '/cache' }).set.PGGSSENCMODE;
  assert.equal((['libpq', 'none', 'jdbc', 'go'] as const).map(gss), [
    'disable',
    'disable',
    'disable',
    undefined,
  ]);
});

test.run();
