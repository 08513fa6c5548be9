import { existsSync, readFileSync } from 'node:fs';
import { DbcredsError } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import type { SealedFiles } from '../profiles/seal.ts';

/** The files that a seal covers, read once: what is sealed is what the child gets. @throws DbcredsError `BAD_PROFILE` */
export function sealedFiles(profile: Profile): SealedFiles {
  const { ca, cert } = profile.tls;
  return {
    ...(ca ? { ca: read(profile, 'ca', ca) } : {}),
    ...(cert ? { cert: read(profile, 'cert', cert) } : {}),
  };
}

function read(profile: Profile, key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DbcredsError('BAD_PROFILE', {
      message: `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      facts: [
        ['file', profile.file],
        ['at', `profiles.${profile.name}.tls.${key}`],
      ],
    });
  }
}

/** Where Debian, Fedora, openSUSE, and Alpine or macOS keep the CA bundle: libpq before 16 and MySQL want a path. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The system's CA bundle, if it is at one of the usual places. */
export function systemBundle(): string | undefined {
  return bundles.find((path) => existsSync(path));
}
