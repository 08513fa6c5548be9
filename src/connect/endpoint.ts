import { DbcredsError } from '../errors.ts';
import { readSmallFile } from '../files.ts';
import type { Address, Profile, Tls, TlsMode } from '../profiles/profile.ts';
import type { Engine } from '../profiles/target.ts';

/** Where to log in, as whom, and how the server has to prove itself. Holds no password. */
export interface Endpoint {
  /** The profile's name: what the hints of errors tell to type. */
  readonly name: string;
  /** Where the profile is defined. Absent while it is being added: then the hints are others. */
  readonly file?: string;
  readonly engine: Engine;
  /** The name that the certificate must carry. */
  readonly host: string;
  readonly port: number;
  /** What is dialled: differs from host and port behind a tunnel. */
  readonly dial: Address;
  readonly user: string;
  readonly database: string;
  readonly tls: EndpointTls;
}

export interface EndpointTls extends Pems {
  readonly mode: TlsMode;
}

/** PEM texts, not paths: what was sealed is what is used. */
export interface Pems {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * The endpoint of a profile.
 *
 * @param user the login of the record's slot, where it differs from the target's
 * @param pems what {@link readPems} read; whoever checked the seal hands over the texts that it hashed
 */
export function endpointOf(profile: Profile, user: string | undefined, pems: Pems): Endpoint {
  const { name, target, dial, tls } = profile;
  return {
    name,
    engine: target.engine,
    host: target.host,
    port: target.port,
    dial,
    user: user ?? target.user,
    database: target.database,
    tls: { mode: tls.mode, ...pems },
  };
}

/** Reads the files that a profile's TLS names. @throws DbcredsError `BAD_PROFILE` where one cannot be read */
export function readPems(tls: Tls): Pems {
  const read = (key: 'ca' | 'cert' | 'key'): Pems => (tls[key] ? { [key]: readPem(key, tls[key]) } : {});
  return { ...read('ca'), ...read('cert'), ...read('key') };
}

function readPem(key: string, path: string): string {
  const refuse = (why = ''): DbcredsError =>
    new DbcredsError('BAD_PROFILE', { message: `tls.${key} cannot be read: ${path}${why && ` ${why}`}` });
  const content = readSmallFile(path, refuse, 1 << 20);
  if (content === undefined) throw refuse();
  return content.toString('utf8');
}
