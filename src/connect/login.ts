import type { Secret } from '../secret.ts';
import type { Endpoint } from './endpoint.ts';
import type { LoginOptions, Session } from './session.ts';

export type { LoginOptions, Row, Session } from './session.ts';

/**
 * Logs in. What the server asks for in the clear it gets only inside TLS, but where the mode is `disable`.
 *
 * @throws DbcredsError one code a cause: `REFUSED`, `UNKNOWN_HOST`, `UNREACHABLE`, `WRONG_PASSWORD`, `CERT_*`, `TLS_*`,
 *   `NO_DATABASE`, `TOO_MANY`, `PASSWORD_EXPIRED`, else `DATABASE`; `BAD_PROFILE` where TLS cannot even be tried
 */
export async function login(endpoint: Endpoint, password: Secret, options: LoginOptions): Promise<Session> {
  const { open } = await (endpoint.engine === 'postgresql'
    ? import('./postgresql.ts')
    : import('./mysql.ts'));
  return open(endpoint, password, options);
}
