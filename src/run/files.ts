import { existsSync } from 'node:fs';
import { DbcredsError } from '../errors.ts';
import { readSmallFile } from '../files.ts';
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

/** The system's own bundle has 220 KB. */
const mostBytes = 1 << 20;

/** A copy of a CA goes into the cache, and what is no certificate could be anything. */
function read(profile: Profile, key: string, path: string): Buffer {
  const refuse = (why: string): DbcredsError =>
    new DbcredsError('BAD_PROFILE', {
      message: `${path} ${why}`,
      facts: [
        ['file', profile.file],
        ['at', `profiles.${profile.name}.tls.${key}`],
      ],
    });
  const content = readSmallFile(path, refuse, mostBytes);
  if (content === undefined) throw refuse('does not exist');
  if (
    !content.includes('-----BEGIN CERTIFICATE-----') &&
    !content.includes('-----BEGIN TRUSTED CERTIFICATE-----')
  )
    throw refuse('holds no certificate in PEM form');
  if (key === 'ca' && content.includes('PRIVATE KEY-----')) throw refuse('holds a private key beside the CA');
  return content;
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
