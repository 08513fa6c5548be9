import { attack, ofProfile } from './attack.ts';
import type { Attempt } from './victim.ts';

const changed = 'BINDING_CHANGED';
const bad = 'BAD_PROFILE';
const good = { DIRECT_URL: '{url:prisma}', DB_HOST: '{host}', DB_PASS: '{password}' };

/** Further variables beside the ones that were there. */
const inject = (more: object, code: string = changed, says?: string | RegExp): Attempt =>
  ofProfile('prod', { inject: { ...good, ...more } }, code, says);

const params = (more: object, run = 'prod'): Attempt =>
  ofProfile(run, { params: more }, bad, 'is not a parameter that a profile may set');

attack('further variables', {
  'another server for DB_HOST': inject({ DB_HOST: 'evil.example' }, changed, /inject .*evil\.example/),
  'another server in a URL': inject({ DIRECT_URL: 'postgresql://{user}:{password}@evil.example/shop' }),
  'another server behind the true one': inject({ DSN: 'host={host} host=evil.example password={password}' }),
  'the password in what is reported': inject({ SENTRY_RELEASE: '{password}' }),
  'the password in a name that is looked up': inject({ AWS_REGION: '{password}.evil.example' }),
  'the password in an address': inject({ S3_BUCKET: 'https://evil.example/?{password}' }),
  'a dialect without TLS': inject({ DIRECT_URL: '{url:mysql2}' }, changed),
  'fewer variables': ofProfile('prod', { inject: { DB_PASS: '{password}' } }, changed),
  none: ofProfile('prod', { inject: undefined }, changed, /inject +none/),
  'an unknown placeholder': inject({ A: '{constructor}' }, bad, 'unknown placeholder'),
  'an unknown dialect': inject({ A: '{url:__proto__}' }, bad),
  'a password in the clear': inject({ A: 'postgresql://u:hunter22@h/d' }, bad, 'holds a URL with a password'),
  "libpq's host": inject({ PGHOST: 'evil.example' }, bad, 'another name'),
  "libpq's host in small letters": inject({ pghost: 'evil.example' }, bad),
  "libpq's address": inject({ PGHOSTADDR: '127.0.0.1' }, bad),
  "libpq's service": inject({ PGSERVICEFILE: './evil.conf' }, bad),
  'the URL itself': inject({ DATABASE_URL: '{url}' }, bad),
  'what psql reads first': inject({ PSQLRC: './evil.sql' }, bad),
  "MySQL's folder": inject({ MYSQL_HOME: './evil' }, bad),
  'certificates unchecked': inject({ MARIADB_TLS_DISABLE_PEER_VERIFICATION: '1' }, bad),
  'a library': inject({ LD_PRELOAD: './evil.so' }, bad),
  'a library of macOS': inject({ DYLD_INSERT_LIBRARIES: './evil.dylib' }, bad),
  "Node's options": inject({ NODE_OPTIONS: '--require ./evil.js' }, bad),
  'another PATH': inject({ PATH: './evil' }, bad),
  'a start file of bash': inject({ BASH_ENV: './evil.sh' }, bad),
  'a pager': inject({ PAGER: './evil' }, bad),
  'a filter of less': inject({ LESSOPEN: '|./evil %s' }, bad),
  "git's ssh": inject({ GIT_SSH_COMMAND: './evil' }, bad),
  'a proxy': inject({ https_proxy: 'http://evil.example' }, bad),
  'what is active': inject({ DBCREDS_ACTIVE: 'shop/dev' }, bad),
  'a name with an equals sign': inject({ 'A=LD_PRELOAD': 'x' }, bad),
  'a name with a NUL': inject({ 'A\0': 'x' }, bad),
  'a function of bash': inject({ 'BASH_FUNC_psql%%': '() { evil; }' }, bad),
  'a value that is no text': inject({ A: { toString: 'x' } }, bad),
  "development's": ofProfile('dev', { inject: { DB_HOST: 'evil.example', DB_PASS: '{password}' } }, changed),
});

attack('parameters and dialects', {
  'a host': params({ host: 'evil.example' }),
  'an address': params({ hostaddr: '127.0.0.1' }),
  'a host in capitals': params({ HOST: 'evil.example' }),
  'a service': params({ service: 'evil' }),
  'a passfile': params({ passfile: './evil' }),
  'no TLS': params({ sslmode: 'disable' }),
  'a CA': params({ sslrootcert: './evil.pem' }),
  "pg's own word for no checks": params({ uselibpqcompat: true }),
  'GSS in the place of TLS': params({ gssencmode: 'require' }),
  'any method of login': params({ require_auth: 'password' }),
  "mysql2's socket": params({ socketPath: '/tmp/evil.sock' }, 'orders'),
  "mysql2's TLS": params({ ssl: '{"rejectUnauthorized":false}' }, 'orders'),
  'local files': params({ allowLoadLocalInfile: true }, 'orders'),
  'many statements': params({ multipleStatements: true }, 'orders'),
  "JDBC's socket factory": params({ socketFactory: 'evil.Factory' }),
  "JDBC's plugin": params({ authenticationPluginClassName: 'evil.Plugin' }),
  "JDBC's deserialisation": params({ autoDeserialize: true }, 'orders'),
  "JDBC's interceptors": params({ queryInterceptors: 'evil.Interceptor' }, 'orders'),
  "JDBC's log": params({ loggerFile: '/tmp/evil' }),
  "PyMySQL's option file": params({ read_default_file: './evil.cnf' }, 'orders'),
  "Rails' variables": params({ variables: 'evil' }),
  'a password': ofProfile('prod', { params: { password: 'hunter22' } }, bad, 'named like a password'),
  'a list': ofProfile('prod', { params: { schema: ['public'] } }, bad),
  'an object': ofProfile('prod', { params: { schema: { toString: 'x' } } }, bad),
  'a dialect whose TLS nobody reads': ofProfile('prod', { urlStyle: 'rails' }, changed, /style +rails/),
  'no URL': ofProfile('prod', { urlStyle: 'none' }, changed),
  "another engine's dialect": ofProfile('prod', { urlStyle: 'mysql2' }, bad),
  "MySQL's": ofProfile('orders', { urlStyle: 'rails' }, changed),
  'a dialect that is none': ofProfile('prod', { urlStyle: '__proto__' }, bad),
});
