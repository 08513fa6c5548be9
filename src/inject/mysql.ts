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
  };
}

/**
 * The `my.cnf` that `MYSQL_HOME` points to: what the clients take from no variable. No password in it. MySQL and MariaDB
 * name TLS differently and each stops at a word that it does not know, so that MySQL's stand behind `loose-` and MariaDB's
 * in a group that MySQL's clients do not read. `protocol`, since `localhost` would mean a socket.
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

function mariadbWords(mode: TlsMode): string[] {
  if (mode === 'disable') return ['skip-ssl'];
  return mode === 'verify-full' ? ['ssl', 'ssl-verify-server-cert'] : ['ssl', 'skip-ssl-verify-server-cert'];
}

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
