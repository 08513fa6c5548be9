import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Where systems keep the authorities that they trust, as one PEM file: Debian, Red Hat, SUSE, then Alpine, BSD, macOS. */
export const bundles: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that a server is checked against where the profile names no CA: the system's file, which only root
 * writes, or Node's own list where there is none. Not both together: an authority that root took off the machine would
 * come back with Node's list. And always stated to `node:tls`, since its default adds what `NODE_EXTRA_CA_CERTS` names:
 * a variable must not decide which server we believe.
 */
export function authorities(files: readonly string[] = bundles): string | string[] {
  for (const file of files) {
    try {
      const text = readFileSync(file, 'utf8');
      if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
    } catch {
      // The next one: which of them exists depends on the system.
    }
  }
  return [...rootCertificates];
}
