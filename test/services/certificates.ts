import type { webcrypto } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Ground } from './ground.ts';

/** Paths of PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** All made for one run. Servers and clients alike are signed by `ca`, but for `otherCa`. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  /** The authority of the certificate `otherCa`. */
  readonly unknownCa: string;
  /** For `localhost` and `db.test`. */
  readonly right: Pair;
  /** Also for 127.0.0.1 and ::1. */
  readonly ip: Pair;
  /** The right names; ended yesterday. */
  readonly expired: Pair;
  /** For `elsewhere.test` alone. */
  readonly otherName: Pair;
  /** The right names, from another authority. */
  readonly otherCa: Pair;
  /** A client's, for the user `client_app`. */
  readonly client: Pair;
}

const DAY = 86_400_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const names: GeneralName[] = [dns('localhost'), dns('db.test')];

interface GeneralName {
  readonly type: GeneralNameType;
  readonly value: string;
}

function dns(value: string): GeneralName {
  return { type: 'dns', value };
}

interface Authority {
  readonly cert: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Makes them all in the run's folder. */
export async function start(ground: Ground): Promise<Certificates> {
  const folder = join(ground.folder, 'certificates');
  mkdirSync(folder);
  const [ours, theirs] = [await authority('dbcreds test CA'), await authority('somebody else')];
  const pair = (name: string, issuer: Authority, wish: Wish): Promise<Pair> =>
    issue(folder, name, issuer, wish);
  return {
    folder,
    ca: write(folder, 'ca.pem', ours.cert.toString('pem')),
    unknownCa: write(folder, 'unknown-ca.pem', theirs.cert.toString('pem')),
    right: await pair('right', ours, { subject: 'db.test', names }),
    ip: await pair('ip', ours, {
      subject: 'db.test',
      names: [...names, { type: 'ip', value: '127.0.0.1' }, { type: 'ip', value: '::1' }],
    }),
    expired: await pair('expired', ours, { subject: 'db.test', names, days: -1 }),
    otherName: await pair('other-name', ours, { subject: 'elsewhere.test', names: [dns('elsewhere.test')] }),
    otherCa: await pair('other-ca', theirs, { subject: 'db.test', names }),
    client: await pair('client', ours, { subject: 'client_app', names: [] }),
  };
}

async function authority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 30 * DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { cert, keys };
}

interface Wish {
  readonly subject: string;
  readonly names: readonly GeneralName[];
  /** Days until it ends. Default 20. */
  readonly days?: number;
}

async function issue(folder: string, name: string, issuer: Authority, wish: Wish): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.create({
    subject: `CN=${wish.subject}`,
    issuer: issuer.cert.subject,
    notBefore: new Date(Date.now() - 10 * DAY),
    notAfter: new Date(Date.now() + (wish.days ?? 20) * DAY),
    signingAlgorithm: EC,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false),
      ...(wish.names.length > 0 ? [new SubjectAlternativeNameExtension([...wish.names])] : []),
    ],
  });
  return {
    cert: write(folder, `${name}.pem`, cert.toString('pem')),
    key: write(folder, `${name}.key`, pem(await crypto.subtle.exportKey('pkcs8', keys.privateKey))),
  };
}

function pem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

/** libpq refuses a client's key that others can read, so keys are 0600. */
function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text.endsWith('\n') ? text : `${text}\n`);
  chmodSync(file, name.endsWith('.key') ? 0o600 : 0o644);
  return file;
}
