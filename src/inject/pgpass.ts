import { Secret } from '../secret.ts';
import type { Connection } from './connection.ts';

/** Folders that some build of libpq has as its own, which it then looks up as `localhost`. */
const defaultFolders = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/**
 * A password file of libpq's for one login, by the host's name: what is dialled through a tunnel does not count there.
 *
 * @param database `*` for each of the server's
 */
export function pgpass(connection: Connection, database: string = connection.database): Secret {
  const { host, port, user, password } = connection;
  const hosts = defaultFolders.includes(host) ? [host, 'localhost'] : [host];
  const rest = [literal(user), literal(password.reveal())];
  const any = database === '*' ? database : literal(database);
  const lines = hosts.map((one) => [literal(one), port, any, ...rest].join(':'));
  return new Secret(`${lines.join('\n')}\n`);
}

const literal = (text: string): string => text.replace(/[\\:]/g, '\\$&');
