import { isIP } from 'node:net';
import type { ErrorCode } from '../errors.ts';
import { causeOf } from './cause.ts';
import type { Endpoint } from './endpoint.ts';
import { connectError } from './failure.ts';
import { type Peek, peek } from './peek.ts';
import type { LoginOptions } from './session.ts';

/** What a server does about TLS. */
export interface TlsProbe {
  readonly offers: boolean;
  /** The strictest mode that holds, with the endpoint's CA or the system's authorities. */
  readonly verified: 'full' | 'ca' | 'no';
  /** Why not `full`. */
  readonly reason?: ErrorCode;
  readonly names?: readonly string[];
  readonly daysLeft?: number;
}

/**
 * Asks a server for TLS without logging in.
 *
 * @param endpoint its mode does not matter
 * @throws DbcredsError `REFUSED`, `UNKNOWN_HOST`, `UNREACHABLE`, `TOO_MANY`, `TLS_FAILED`, else `DATABASE`
 */
export async function probeTls(endpoint: Endpoint, { timeoutMs }: LoginOptions): Promise<TlsProbe> {
  const seen = await peek(endpoint, timeoutMs);
  if (seen.failure) throw connectError(endpoint, seen.failure);
  if (!seen.certificate) return { offers: false, verified: 'no', reason: 'TLS_REFUSED' };
  const { certificateNames: names, daysLeft } = seen.certificate;
  return { offers: true, ...verdict(endpoint, seen), names, daysLeft };
}

function verdict({ engine, host }: Endpoint, { code }: Peek): Pick<TlsProbe, 'verified' | 'reason'> {
  const reason = code === undefined ? undefined : causeOf({ phase: 'tls', code });
  if (reason && reason !== 'CERT_NAME') return { verified: 'no', reason };
  // Clients of MySQL and MariaDB cannot compare a certificate with an address: see `planTls`.
  const nameless = engine !== 'postgresql' && isIP(host) !== 0;
  return reason || nameless ? { verified: 'ca', reason: 'CERT_NAME' } : { verified: 'full' };
}
