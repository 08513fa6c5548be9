import type { UrlStyle } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { type Connection, readOnlyOption, verifies } from './connection.ts';

/**
 * libpq's variables. GSS encryption is switched off: it would be tried before TLS and is none of ours. Not for Go, whose
 * drivers have none and of which pq stops at the variable (lib/pq 1.12). `PGSSL` is postgres.js's PGSSLMODE, which takes
 * `disable` for TLS (3.4).
 */
export function postgresqlVariables(
  connection: Connection,
  style: UrlStyle,
): Record<string, string | Secret> {
  const { host, port, database, user, password, hostAddress, tls, readOnly, params } = connection;
  const root = tls.ca ?? (verifies(tls.mode) ? (tls.systemCa ?? 'system') : undefined);
  return {
    PGHOST: host,
    ...(hostAddress ? { PGHOSTADDR: hostAddress } : {}),
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: tls.mode,
    ...(tls.mode === 'disable' ? {} : { PGSSL: tls.mode }),
    ...(root ? { PGSSLROOTCERT: root } : {}),
    ...(tls.cert && tls.key ? { PGSSLCERT: tls.cert, PGSSLKEY: tls.key } : {}),
    ...(style === 'go' ? {} : { PGGSSENCMODE: 'disable' }),
    ...(readOnly ? { PGOPTIONS: params.options ?? readOnlyOption } : {}),
  };
}
