import type { TlsMode } from '../profiles/profile.ts';
import { Secret } from '../secret.ts';
import { type Connection, verifies } from './connection.ts';

/** The variables of the MySQL and MariaDB clients, and the usual ones of apps. TLS has none: see {@link optionFile}. */
export function mysqlVariables(connection: Connection): Record<string, string | Secret> {
  const { host, port, database, user, password } = connection;
  const socket = host.startsWith('/');
  return {
    MYSQL_HOST: socket ? 'localhost' : host,
    ...(socket ? { MYSQL_UNIX_PORT: host } : {}),
    MYSQL_TCP_PORT: String(port),
    MYSQL_DATABASE: database,
    MYSQL_USER: user,
    MYSQL_PASSWORD: password,
    MYSQL_PWD: password,
    ...groups,
  };
}

/**
 * Each side reads option groups of its own by these: MariaDB's clients look at both variables, and theirs goes first (10.11;
 * older ones take MySQL's words too, and pass them over for their `loose-`).
 */
const groups = { MYSQL_GROUP_SUFFIX: '_mysql', MARIADB_GROUP_SUFFIX: '_mariadb' };

/**
 * The `my.cnf` that `MYSQL_HOME` points to: what the clients take from no variable. No password in it. MySQL and MariaDB
 * name TLS differently and each stops at a word that it does not know, so that each has a group which the other does not
 * read.
 */
export function optionFile(connection: Connection): string {
  const { mode } = connection.tls;
  return fileOf(connection, clientLines(connection), ['[client_mysql]', ...mysqlWords(mode)]);
}

/** The same with the password, for a client that is started with its path and with {@link mysqlVariables}. */
export function loginFile(connection: Connection): Secret {
  const { mode } = connection.tls;
  return new Secret(fileOf(connection, withPassword(connection), ['[client_mysql]', ...mysqlWords(mode)]));
}

/**
 * The same for clients that are started without our variables. MySQL's own words stand in the group that both families
 * read, where MariaDB's clients warn of each: so only for a MySQL, and from a MariaDB's file MySQL's clients know by
 * `ssl-ca` that they have to check the chain.
 */
export function keptFile(connection: Connection): Secret {
  const { engine, tls } = connection;
  const words = engine === 'mysql' ? mysqlWords(tls.mode) : [];
  return new Secret(fileOf(connection, [...withPassword(connection), ...words], []));
}

function fileOf({ database, tls }: Connection, client: readonly string[], mysqls: readonly string[]): string {
  const mariadbs = ['[client-mariadb]', ...mariadbWords(tls.mode)];
  const lines = ['[client]', ...client, ...mysqls, ...mariadbs, '[mysql]', `database=${quote(database)}`];
  return `${lines.join('\n')}\n`;
}

const withPassword = (connection: Connection): string[] => [
  ...clientLines(connection),
  `password=${quote(connection.password.reveal())}`,
];

/** `protocol`, since `localhost` would mean a socket. */
function clientLines({ host, port, user, tls }: Connection): string[] {
  const socket = host.startsWith('/');
  const ca = verifies(tls.mode) ? (tls.ca ?? tls.systemCa) : tls.ca;
  return [
    `user=${quote(user)}`,
    ...(socket ? [`socket=${quote(host)}`] : [`host=${quote(host)}`, `port=${port}`, 'protocol=TCP']),
    ...(ca && tls.mode !== 'disable' ? [`ssl-ca=${quote(ca)}`] : []),
    ...(tls.cert && tls.key ? [`ssl-cert=${quote(tls.cert)}`, `ssl-key=${quote(tls.key)}`] : []),
  ];
}

function mysqlWords(mode: TlsMode): string[] {
  const modes = {
    disable: 'DISABLED',
    require: 'REQUIRED',
    'verify-ca': 'VERIFY_CA',
    'verify-full': 'VERIFY_IDENTITY',
  };
  // Without TLS, caching_sha2_password sends the password encrypted with the server's key, which has to be asked for.
  return [`loose-ssl-mode=${modes[mode]}`, ...(mode === 'disable' ? ['loose-get-server-public-key'] : [])];
}

/** Nothing but the verification of chain and name makes MariaDB's clients insist on TLS (10.11), so verify-ca is that too. */
function mariadbWords(mode: TlsMode): string[] {
  if (mode === 'disable') return ['skip-ssl'];
  return verifies(mode) ? ['ssl', 'ssl-verify-server-cert'] : ['ssl', 'skip-ssl-verify-server-cert'];
}

/** The escapes that option files know; a line end would begin an option of its own. */
const quote = (text: string): string =>
  `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
