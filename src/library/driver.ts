import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { authorities } from '../connect/authorities.ts';
import type { Ready } from '../run/environment.ts';
import { endpointFor } from '../run/server.ts';

/** Options of `tls.connect` by which a driver checks what the profile says. */
export interface DriverTls {
  /** PEM texts. */
  readonly ca: string | string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined;
}

/** @returns `undefined` where the profile speaks without TLS */
export function driverTls({ profile, files }: Ready): DriverTls | undefined {
  const { tls, host, dial } = endpointFor(profile, undefined, files);
  if (tls.mode === 'disable' || dial.host.startsWith('/')) return undefined;
  const { ca, cert, key } = tls;
  return {
    // Always stated: else NODE_EXTRA_CA_CERTS would decide which server is believed.
    ca: ca ?? authorities(),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: tls.mode !== 'require' || ca !== undefined,
    // Drivers take what they dial for the name, and some "localhost" for an address: this is the one.
    checkServerIdentity: (_, certificate) =>
      tls.mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  };
}
