import { attack, ofProfile } from './attack.ts';
import type { Attempt } from './victim.ts';

const changed = 'BINDING_CHANGED';
const bad = 'BAD_PROFILE';

/** Another URL in `prod`, with everything else as it was. PORT is the trap's. */
const url = (text: string, code: string = changed, says?: string | RegExp): Attempt =>
  ofProfile('prod', { url: text }, code, says);

/** Separate fields in the place of the URL. */
const fields = (parts: object, code: string = changed, says?: string | RegExp): Attempt => {
  const good = { engine: 'postgresql', user: 'shop_app', host: 'db.company.example', database: 'shop' };
  return ofProfile('prod', { url: undefined, ...good, ...parts }, code, says);
};

attack('another target in a URL', {
  'another host': url('postgresql://shop_app@evil.example/shop', changed, '@evil.example:5432/shop'),
  'a name of this machine': url('postgresql://shop_app@localhost:PORT/shop'),
  'an address of this machine': ofProfile(
    'prod',
    { url: 'postgresql://shop_app@127.0.0.1:PORT/shop', tls: { mode: 'disable' } },
    changed,
    '(WEAK_TLS)',
  ),
  'an address as one number': ofProfile(
    'prod',
    { url: 'postgresql://shop_app@2130706433:PORT/shop', tls: undefined, production: undefined },
    changed,
  ),
  'an address in IPv6': url('postgresql://shop_app@[::ffff:127.0.0.1]:PORT/shop', changed, '[::ffff:7f00:1]'),
  'another port': url('postgresql://shop_app@db.company.example:5433/shop', changed, ':5433/'),
  'another user': url('postgresql://postgres@db.company.example:5432/shop'),
  'another database': url('postgresql://shop_app@db.company.example:5432/postgres'),
  'another engine': url('mysql://shop_app@db.company.example:5432/shop'),
  'a socket': url('postgresql://shop_app@%2Ftmp:5432/shop', changed, '%2Ftmp'),
  'a subdomain': url('postgresql://shop_app@evil.db.company.example:5432/shop'),
  'a domain that begins like the host': url('postgresql://shop_app@db.company.example.evil.example/shop'),
  'Cyrillic letters, shown as what they are': url(
    'postgresql://shop_app@db.соmpany.example:5432/shop',
    changed,
    '@db.xn--mpany-',
  ),
  'two hosts': url('postgresql://shop_app@db.company.example,evil.example/shop', bad, 'profiles.prod.host'),
  'a socket and a host': url('postgresql://shop_app@%2Frun%2Cevil.example/shop', bad, 'profiles.prod.host'),
  'two hosts with ports': url('postgresql://shop_app@db.company.example:5432,evil.example:5432/shop', bad),
  'the host in the part of the user': url('postgresql://shop_app@db.company.example:5432@evil/shop', bad),
  'a host behind a fragment': url('postgresql://shop_app@evil.example#@db.company.example/shop', bad),
  'a host before a backslash': url('postgresql://shop_app@evil.example\\@db.company.example:5432/shop'),
  'a host with a hidden slash': url('postgresql://shop_app@evil.example%2F.db.company.example/shop', bad),
  'a host with a NUL': url('postgresql://shop_app@db.company.example%00.evil.example/shop', bad),
  'a port that is none': url('postgresql://shop_app@db.company.example:99999/shop', bad),
  'a host in the query': url('postgresql://shop_app@db.company.example/shop?host=evil', bad, '"params"'),
  'an address in the query': url('postgresql://shop_app@db.company.example/shop?hostaddr=127.0.0.1', bad),
  'a password in the query': url('postgresql://shop_app@db.company.example/shop?password=hunter2', bad),
  'a connection string for a database': url(
    'postgresql://shop_app@db.company.example/host%3Devil',
    bad,
    'reads as a connection string',
  ),
  'a URL for a database': url('postgresql://shop_app@db.company.example/postgresql%3A%2F%2Fevil%2Fshop', bad),
});

attack('another target beside the URL', {
  'a host beside it': ofProfile('prod', { host: 'evil.example' }, bad, 'stands beside "url"'),
  'an engine beside it': ofProfile('prod', { engine: 'mysql' }, bad),
  'fields instead': fields({ host: 'evil.example' }),
  'fields with two hosts': fields({ host: 'db.company.example,evil.example' }, bad),
  'fields with a port in the host': fields({ host: 'db.company.example:5433' }, bad),
  'fields with a path in the host': fields({ host: 'db.company.example/../evil' }, bad),
  'fields with an abstract socket': fields({ host: '@evil' }, bad),
  'fields with a port as text': fields({ port: '5432@evil' }, bad),
  'fields with an unknown engine': fields({ engine: 'oracle' }, bad),
  'fields without a host': fields({ host: undefined }, bad),
  hostAddress: ofProfile(
    'prod',
    { hostAddress: '127.0.0.1:PORT' },
    changed,
    /dial +127\.0\.0\.1:\d+ +\(allowed: db\.company\.example:5432\)/,
  ),
  'hostAddress localhost': ofProfile('prod', { hostAddress: 'localhost:PORT' }, changed),
  'hostAddress in IPv6': ofProfile('prod', { hostAddress: '[::1]:PORT' }, changed),
  'hostAddress without a port': ofProfile('prod', { hostAddress: '203.0.113.7' }, changed),
  'hostAddress with a name': ofProfile('prod', { hostAddress: 'db.company.example' }, bad),
  'hostAddress with two': ofProfile('prod', { hostAddress: '127.0.0.1,203.0.113.7' }, bad),
  'hostAddress of MySQL': ofProfile('orders', { hostAddress: '127.0.0.1:PORT' }, bad),
  "MySQL's host": ofProfile(
    'orders',
    { url: 'mysql://orders@127.0.0.1:PORT/orders', tls: { mode: 'disable' } },
    changed,
  ),
  'MariaDB for MySQL': ofProfile(
    'orders',
    { url: 'mariadb://orders@db.company.example:3306/orders' },
    changed,
  ),
  "development's host": ofProfile('dev', { url: 'postgresql://shop@localhost:PORT/shop_dev' }, changed),
  "production's target in development": {
    edit: ({ profiles }) => {
      profiles.dev.url = profiles.prod.url;
    },
    run: 'dev',
    code: changed,
  },
  'the two profiles swapped': {
    edit: ({ profiles }) => {
      [profiles.dev, profiles.prod] = [profiles.prod, profiles.dev];
    },
    code: changed,
  },
});
