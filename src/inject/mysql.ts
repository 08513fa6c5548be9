import type { TlsMode } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
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
 * read. `protocol`, since `localhost` would mean a socket.
 */
export function optionFile(connection: Connection): string {
  const { host, port, user, database, tls } = connection;
  const socket = host.startsWith('/');
  const ca = verifies(tls.mode) ? (tls.ca ?? tls.systemCa) : tls.ca;
  const lines = [
    '[client]',
    `user=${quote(user)}`,
    ...(socket ? [`socket=${quote(host)}`] : [`host=${quote(host)}`, `port=${port}`, 'protocol=TCP']),
    ...(ca && tls.mode !== 'disable' ? [`ssl-ca=${quote(ca)}`] : []),
    ...(tls.cert && tls.key ? [`ssl-cert=${quote(tls.cert)}`, `ssl-key=${quote(tls.key)}`] : []),
    '[client_mysql]',
    ...mysqlWords(tls.mode),
    '[client-mariadb]',
    ...mariadbWords(tls.mode),
    '[mysql]',
    `database=${quote(database)}`,
  ];
  return `${lines.join('\n')}\n`;
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

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
