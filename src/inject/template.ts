import type { UrlStyle } from '../profiles/profile.ts';
import { Secret } from '../secret.ts';
import type { Connection } from './connection.ts';
import { urlOf } from './url.ts';

/** The value of one `inject` variable. Secret where the template names the password or a URL. */
export function fill(template: string, connection: Connection, style: UrlStyle): string | Secret {
  const value = template.replace(/\{([^{}]*)\}/g, (_, word: string) => placeholder(word, connection, style));
  return /\{(password|url[^{}]*)\}/.test(template) ? new Secret(value) : value;
}

function placeholder(word: string, connection: Connection, style: UrlStyle): string {
  const { host, port, database, user, password, tls } = connection;
  if (word.startsWith('url'))
    return urlOf(connection, (word.slice('url:'.length) || style) as UrlStyle) ?? '';
  const values: Record<string, string> = {
    host,
    port: String(port),
    database,
    user,
    password: password.reveal(),
    ca: tls.ca ?? '',
  };
  return values[word] ?? '';
}
