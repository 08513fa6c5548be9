import { isIP } from 'node:net';
import { createSecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { DbcredsError } from '../errors.ts';
import { authorities } from './authorities.ts';
import type { Endpoint } from './endpoint.ts';

/** What a login has to do about TLS; the drivers' own option objects are made from it. */
export interface TlsPlan {
  readonly material: SecureContextOptions;
  /** The chain must lead to a trusted authority. */
  readonly chain: boolean;
  /** And the certificate must carry the host's name. */
  readonly name: boolean;
}

/** Whom a certificate names, and how long it lasts. */
export interface CertificateFacts {
  /** The subject's common name, or the first of the names. */
  readonly certificateName: string;
  readonly certificateNames: readonly string[];
  /** Whole days until it expires; negative afterwards. */
  readonly daysLeft: number;
  /** Common name of the authority that signed it. */
  readonly issuer: string;
}

/** What the server of a connection showed. */
export interface TlsFacts extends CertificateFacts {
  /** `TLSv1.3`. */
  readonly protocol: string;
  /** Whether the server proved to be the one that the profile names, as far as its mode asks for it. */
  readonly authorized: boolean;
}

/**
 * libpq's meaning of the four modes: `require` checks nothing without a CA, and the chain with one; a unix socket knows
 * no TLS (libpq ignores the mode there, and the kernel vouches for the peer).
 *
 * @throws DbcredsError `BAD_PROFILE` where the PEM texts are of no use
 */
export function planTls({ tls, dial, name, host, engine }: Endpoint): TlsPlan | undefined {
  if (tls.mode === 'disable' || dial.host.startsWith('/')) return;
  const full = tls.mode === 'verify-full';
  if (full && engine !== 'postgresql' && isIP(host)) throw nameless(name, host);
  const { ca = authorities(), cert, key } = tls;
  const material = { ca, ...(cert && { cert }), ...(key && { key }) };
  check(material, tls.ca);
  return { material, chain: tls.mode !== 'require' || tls.ca !== undefined, name: full };
}

// mysql2 3.24.6 compares the certificate with "localhost" where the host is an address, the mariadb package refuses
// each, and neither has a fix: no client of the child could hold what the profile promises.
function nameless(name: string, host: string): DbcredsError {
  return new DbcredsError('BAD_PROFILE', {
    message: `verify-full needs a host name for MySQL and MariaDB, and ${name} has the address ${host}`,
    note: 'Their clients cannot compare a certificate with an address: they compare it with "localhost".',
    hints: [
      ['use the name that its certificate carries', `dbcreds add ${name} --host NAME`],
      ['check the authority only', `dbcreds add ${name} --tls verify-ca --tls-ca FILE`],
    ],
  });
}

// Here rather than in the drivers, which would report a mistyped file as a failed connection. OpenSSL takes a CA text
// without any certificate for an empty list.
function check(material: SecureContextOptions, ca: string | undefined): void {
  try {
    if (ca !== undefined && !ca.includes('-----BEGIN ')) throw new Error('no certificate in it');
    createSecureContext(material);
  } catch (error) {
    const message = "the files of the profile's tls are no certificates and key in PEM that belong together";
    throw new DbcredsError('BAD_PROFILE', { message, note: reason(error) });
  }
}

const reason = (error: unknown): string => (error instanceof Error ? `OpenSSL says: ${error.message}` : '');

/** What the server of an established connection showed. */
export function tlsFacts(socket: TLSSocket, authorized: boolean): TlsFacts {
  return { protocol: socket.getProtocol() ?? 'TLS', ...describeCertificate(socket), authorized };
}

/** Reads the peer's certificate. */
export function describeCertificate(socket: TLSSocket, now: number = Date.now()): CertificateFacts {
  const certificate = socket.getPeerCertificate();
  const names = namesOf(certificate.subjectaltname);
  const unnamed = 'without a name';
  return {
    certificateName: [certificate.subject?.CN].flat()[0] ?? names[0] ?? unnamed,
    certificateNames: names,
    daysLeft: Math.floor((Date.parse(certificate.valid_to) - now) / 86_400_000),
    issuer: [certificate.issuer?.CN ?? certificate.issuer?.O].flat()[0] ?? unnamed,
  };
}

/** The DNS names and addresses of Node's text. It quotes those that hold a comma and the like. */
function namesOf(text = ''): string[] {
  const name = /(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g;
  return [...text.matchAll(name)].map(([, found = '']) => found);
}
