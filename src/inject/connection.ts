import type { Profile, TlsMode } from '../profiles/profile.ts';
import type { Target } from '../profiles/target.ts';
import type { Secret } from '../secret.ts';

/** All that a URL, a variable or an option file is made of. Paths are absolute; files were read by the caller. */
export interface Connection {
  readonly engine: Target['engine'];
  readonly host: string;
  /** What is dialled: differs from the target's port behind a tunnel. */
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret;
  /** libpq's hostaddr. */
  readonly hostAddress?: string;
  readonly tls: ConnectionTls;
  readonly params: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
}

export interface ConnectionTls {
  readonly mode: TlsMode;
  /** Path of the profile's CA, in the cache folder: just what the seal was made from. */
  readonly ca?: string;
  /** Its text, for drivers that take no path. */
  readonly caText?: string;
  /** Path of the system's CA bundle, for clients that have none of their own. */
  readonly systemCa?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The connection of a profile with a login. */
export function connectionOf(
  profile: Profile,
  login: { user: string; password: Secret },
  tls: Omit<ConnectionTls, 'mode'>,
  readOnly: boolean,
): Connection {
  const { target, dial, tunnelled, params } = profile;
  return {
    engine: target.engine,
    host: target.host,
    port: dial.port,
    database: target.database,
    ...login,
    ...(tunnelled ? { hostAddress: dial.host } : {}),
    tls: { mode: effectiveMode(profile.tls.mode, tls.ca), ...tls },
    params:
      readOnly && params.options ? { ...params, options: `${params.options} ${readOnlyOption}` } : params,
    readOnly,
  };
}

/** A guard rail and not a wall: the session can set it back. */
export const readOnlyOption = '-c default_transaction_read_only=on';

/** libpq's rule for every client: who names a CA with `require` wants it checked. */
function effectiveMode(mode: TlsMode, ca: string | undefined): TlsMode {
  return mode === 'require' && ca !== undefined ? 'verify-ca' : mode;
}

/** Whether the mode checks the certificate against an authority. */
export function verifies(mode: TlsMode): boolean {
  return mode === 'verify-ca' || mode === 'verify-full';
}
