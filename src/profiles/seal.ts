import { sha256 } from '../digest.ts';
import type { Address, Profile, TlsMode, UrlStyle } from './profile.ts';
import { formatTarget, urlHost } from './target.ts';

/**
 * All of a profile that decides where its password goes. A record is used only from a place that was allowed with this
 * very seal, so that an edited profile file sends it nowhere else.
 */
export interface Seal {
  readonly target: string;
  /** `host:port` that is dialled. `--via` does not count: it is typed for one run, and TLS still holds the name. */
  readonly dial: string;
  readonly tls: TlsMode;
  /** SHA-256 of the CA file, and of the client certificate. */
  readonly ca?: string;
  readonly cert?: string;
  readonly production: boolean;
  /** The dialect of the URL: a client ignores the TLS of another one's in silence, and speaks plaintext. */
  readonly style: UrlStyle;
  /** The further variables with their templates, as JSON: any program that reads one goes where it says. */
  readonly inject?: string;
  /** `host:port` of `rotation.host`: a rotation sends the password there. */
  readonly server?: string;
}

/** What the profile's own files hold, read by whoever makes a seal. */
export interface SealedFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
}

/** The seal of a profile that was resolved without `--via`. */
export function sealOf(profile: Profile, files: SealedFiles): Seal {
  const { target, dial, tls, production, urlStyle, inject, rotation } = profile;
  return {
    target: formatTarget(target),
    dial: addressText(dial),
    tls: tls.mode,
    ...(files.ca ? { ca: sha256(files.ca) } : {}),
    ...(files.cert ? { cert: sha256(files.cert) } : {}),
    production,
    style: urlStyle,
    ...(Object.keys(inject).length > 0 ? { inject: inOrder(inject) } : {}),
    ...(rotation.host ? { server: addressText(rotation.host) } : {}),
  };
}

const addressText = ({ host, port }: Address): string => `${urlHost(host)}:${port}`;

function inOrder(inject: Profile['inject']): string {
  return JSON.stringify(Object.fromEntries(Object.entries(inject).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** What a seal is made of, in the order in which people read it. */
const parts = ['target', 'dial', 'tls', 'ca', 'cert', 'production', 'style', 'inject', 'server'] as const;

/** One line of hex for `DBCREDS_<NAME>_SEAL`. */
export function sealHash(seal: Seal): string {
  // Jobs have hashes written down from before there was a `server`: where there is none, nothing stands for it.
  const hashed = parts.filter((part) => part !== 'server' || seal.server !== undefined);
  return sha256(JSON.stringify(['dbcreds seal 1', ...hashed.map((part) => seal[part] ?? null)]));
}

/** What is in a seal, for people. */
export function sealParts(seal: Seal): [part: string, found: string][] {
  return parts.filter((part) => seal[part] !== undefined).map((part) => [part, String(seal[part])]);
}

/** What differs, for people: the part, what was allowed, what is found now. */
export function sealDifferences(
  allowed: Seal,
  found: Seal,
): [part: string, allowed: string, found: string][] {
  return parts
    .filter((part) => allowed[part] !== found[part])
    .map((part) => [part, String(allowed[part] ?? 'none'), String(found[part] ?? 'none')]);
}
