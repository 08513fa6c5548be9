import { sha256 } from '../digest.ts';
import type { Profile, TlsMode } from './profile.ts';
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
}

/** What the profile's own files hold, read by whoever makes a seal. */
export interface SealedFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
}

/** The seal of a profile that was resolved without `--via`. */
export function sealOf(profile: Profile, files: SealedFiles): Seal {
  const { target, dial, tls, production } = profile;
  return {
    target: formatTarget(target),
    dial: `${urlHost(dial.host)}:${dial.port}`,
    tls: tls.mode,
    ...(files.ca ? { ca: sha256(files.ca) } : {}),
    ...(files.cert ? { cert: sha256(files.cert) } : {}),
    production,
  };
}

/** One line of hex for `DBCREDS_<NAME>_SEAL`. */
export function sealHash(seal: Seal): string {
  const { target, dial, tls, ca, cert, production } = seal;
  return sha256(JSON.stringify(['dbcreds seal 1', target, dial, tls, ca ?? null, cert ?? null, production]));
}

/** What differs, for people: the key, what was allowed, what is found now. */
export function sealDifferences(allowed: Seal, found: Seal): [key: string, allowed: string, found: string][] {
  const keys = ['target', 'dial', 'tls', 'ca', 'cert', 'production'] as const;
  return keys
    .filter((key) => allowed[key] !== found[key])
    .map((key) => [key, String(allowed[key] ?? 'none'), String(found[key] ?? 'none')]);
}
