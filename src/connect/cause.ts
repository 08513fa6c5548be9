import type { ErrorCode } from '../errors.ts';
import type { CertificateFacts } from './tls.ts';

/** How far a connection had come. */
export type Phase = 'naming' | 'dialling' | 'greeting' | 'tls' | 'login' | 'open';

/** What is known of a failure, without anything that could quote a statement or a configuration. */
export interface Failure {
  readonly phase: Phase;
  /** The code of Node, OpenSSL or the driver. */
  readonly code?: string;
  /** SQLSTATE of PostgreSQL, error number of MySQL and MariaDB: the server itself spoke. */
  readonly server?: string;
  /** PostgreSQL's function that refused; unlike its message it is not translated. */
  readonly routine?: string;
  /** The words of the server, or of Node. */
  readonly words?: string;
  /** The certificate that was turned down. */
  readonly certificate?: CertificateFacts;
  /** Whether the server had asked for the password. */
  readonly asked?: boolean;
}

// Maps, since a server may send any text as its code, `constructor` too.
const network = new Map<string, ErrorCode>([
  ['ECONNREFUSED', 'REFUSED'],
  ['ENOENT', 'REFUSED'],
  ['EACCES', 'REFUSED'],
  ['ENOTSOCK', 'REFUSED'],
  ['ENOTFOUND', 'UNKNOWN_HOST'],
  ['EAI_AGAIN', 'UNKNOWN_HOST'],
  ['EAI_FAIL', 'UNKNOWN_HOST'],
  ['ENODATA', 'UNKNOWN_HOST'],
  ['ETIMEDOUT', 'UNREACHABLE'],
  ['EHOSTUNREACH', 'UNREACHABLE'],
  ['EHOSTDOWN', 'UNREACHABLE'],
  ['ENETUNREACH', 'UNREACHABLE'],
  ['ENETDOWN', 'UNREACHABLE'],
  ['EADDRNOTAVAIL', 'UNREACHABLE'],
  ['LATE', 'UNREACHABLE'],
  // mysql2's, for what it has no answer to: ed25519, parsec, LDAP.
  ['AUTH_SWITCH_PLUGIN_ERROR', 'PLUGIN'],
]);

// OpenSSL's names, as `tls` gives them; `openssl verify` explains each.
const verification = new Map<string, ErrorCode>([
  ['CERT_HAS_EXPIRED', 'CERT_EXPIRED'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_NAME'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_UNKNOWN_CA'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'CERT_UNKNOWN_CA'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'CERT_UNKNOWN_CA'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNKNOWN_CA'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_UNKNOWN_CA'],
  ['CERT_UNTRUSTED', 'CERT_UNKNOWN_CA'],
  ['CERT_SIGNATURE_FAILURE', 'CERT_UNKNOWN_CA'],
  // A server that answers the request for TLS with no: ours for PostgreSQL, mysql2's.
  ['TLS_NOT_OFFERED', 'TLS_REFUSED'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'TLS_REFUSED'],
]);

/** The words of `X509_verify_cert_error_string` and Node's own for a name, where the code behind them was lost. */
const spoken: readonly (readonly [words: RegExp, code: string])[] = [
  [/^certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/^unable to verify the first certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/^unable to get (local )?issuer certificate/, 'UNABLE_TO_GET_ISSUER_CERT'],
  [/^self-signed certificate/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/^Hostname\/IP does not match/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
];

/** The code of a failed verification, by what the TLS library of this process said. */
export function spokenCode({ words = '' }: Failure): string | undefined {
  return spoken.find(([pattern]) => pattern.test(words))?.[1];
}

/** SQLSTATE and MySQL's numbers in one table: none of them is in both. */
const server = new Map<string, ErrorCode>([
  ['28P01', 'WRONG_PASSWORD'],
  ['3D000', 'NO_DATABASE'],
  ['53300', 'TOO_MANY'],
  ['1045', 'WRONG_PASSWORD'],
  // MariaDB's for an account that logs in without a password (unix_socket), from elsewhere.
  ['1698', 'WRONG_PASSWORD'],
  ['1049', 'NO_DATABASE'],
  // "Access denied to database": MySQL does not tell the unprivileged whether it exists.
  ['1044', 'NO_DATABASE'],
  ['1040', 'TOO_MANY'],
  ['1203', 'TOO_MANY'],
  ['1226', 'TOO_MANY'],
  ['1820', 'PASSWORD_EXPIRED'],
  ['1862', 'PASSWORD_EXPIRED'],
  ['3159', 'TLS_REQUIRED'],
]);

/**
 * The cause of a failed connection, by codes alone: the words are translated by the server and change with versions.
 * PostgreSQL's 28000 means a role that is missing or was refused before any password, but not one that may not log in
 * (it comes after the right password) nor a line of `pg_hba.conf`, where only another try tells whether TLS is missing.
 */
export function causeOf(failure: Failure): ErrorCode {
  if (failure.server !== undefined) return causeOfServer(failure);
  const code = failure.code ?? '';
  if (code === 'LATE' && failure.phase === 'naming') return 'UNKNOWN_HOST';
  const found = network.get(code) ?? verification.get(code);
  if (found) return found;
  return failure.phase === 'tls' || /^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? 'TLS_FAILED' : 'DATABASE';
}

function causeOfServer({ server: code = '', phase, routine, asked }: Failure): ErrorCode {
  const early = code === '28000' && !asked && !isHba(routine);
  const found = early ? 'WRONG_PASSWORD' : (server.get(code) ?? 'DATABASE');
  // A rotation believes it, so it must come from the login: before TLS anybody could say so, and what a statement
  // brings tells of some other login, such as that of postgres_fdw.
  return found === 'WRONG_PASSWORD' && phase !== 'login' ? 'DATABASE' : found;
}

/** Whether `pg_hba.conf` turned the connection down, so that one with TLS might be let in. */
export function deniedByHba({ server: state, routine }: Failure): boolean {
  return state === '28000' && isHba(routine);
}

const isHba = (routine: string | undefined): boolean => routine === 'ClientAuthentication';

/** What a driver or socket said, with only what may be shown. */
export function failureOf(error: unknown, phase: Phase): Failure {
  const { code, errno, severity, sqlMessage, routine, reason, message, errors } = error as DriverError;
  const spoke = severity !== undefined ? code : sqlMessage !== undefined ? `${errno}` : undefined;
  return {
    phase,
    ...(spoke !== undefined ? { server: spoke } : code !== undefined && { code }),
    ...(routine && { routine }),
    words: reason ?? (message || errors?.[0]?.message || ''),
  };
}

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  /** Of errors that a PostgreSQL server sent. */
  readonly severity?: string;
  /** Of errors that a MySQL or MariaDB server sent. */
  readonly sqlMessage?: string;
  readonly routine?: string;
  /** Of errors of OpenSSL: their message without memory addresses. */
  readonly reason?: string;
  readonly message?: string;
  /** Of a name with several addresses, where none could be reached: Node leaves the message empty. */
  readonly errors?: readonly Error[];
}
