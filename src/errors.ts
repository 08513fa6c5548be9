/** Every code that a user can meet. `docs/errors.md` explains each one; a test keeps the two lists equal. */
export const codes = {
  USAGE: 'the command line is not right',
  BAD_PROFILE: 'a profile file holds something that cannot stand',
  UNSAFE_FILE: 'a file that others could change, or that others could read',
  NO_PROFILE: 'there is no such profile',
  NO_CREDENTIAL: 'the profile has no stored password',
  BINDING_CHANGED: 'the profile is not what its password was stored for',
  EXPIRED: 'the stored password is past its age',
  EXPIRES_SOON: 'the stored password expires soon',
  AGE_UNKNOWN: 'nobody knows how old the stored password is',
  CONFIRM: 'production was not confirmed',
  WEAK_TLS: 'TLS that does not verify the server, in production',
  CLIENT_TLS: 'a client that will not verify the server as the profile says',
  UNSAFE_ENV: 'an inherited variable or file that would leak or redirect',
  NESTED: 'a run inside a run of another profile',
  READ_ONLY: 'a read-only run that cannot be had',
  REASON: 'the profile asks for a reason',
  ROTATION_UNFINISHED: 'a rotation was cut off, and no password could be probed',
  SHARED_SECRET: 'others hold the same password, and a rotation would lock them out',
  NOT_DURABLE: 'this provider may forget what a rotation stores',
  POOLED: 'not the server itself answers there',
  NOT_PRIMARY: 'the server is a standby, or takes no writes',
  NOT_ASKED: 'the server lets in without looking at the password',
  WRONG_ACCOUNT: 'the server let in another account',
  PLUGIN: "the account's way to log in is not known here",
  PLAINTEXT_SQL: 'the password would have to be sent in plain text in a statement',
  ONE_STRIKE: 'one wrong login locks the account',
  NO_GRACE: 'the server cannot take two passwords for this account',
  NEEDS_ADMIN: 'another account has to make this change',
  ROLES_DIFFER: 'the two alternating roles are not alike',
  RACED: 'another rotation of this account came first',
  PASSWORD_REJECTED: 'the server rejects the generated password',
  OLD_ACCEPTED: 'the server still accepts the old password',
  GRACE_OVERDUE: 'an old password should have been discarded by now',
  PUSH: 'a command that should get the new password failed',
  READ_ONLY_PROVIDER: 'this provider cannot be written',
  NOT_FOR_PRODUCTION: 'this provider does not serve production',
  KEYCHAIN_MISSING: 'there is no keychain to ask',
  KEYCHAIN_LOCKED: 'the keychain is locked, or the request was denied',
  KEYCHAIN_NO_COLLECTION: 'the keychain has no default collection',
  KEYCHAIN_SILENT: 'the keychain does not answer',
  KEYCHAIN_ENTRY_GONE: 'an entry that was stored is not there now',
  KEYCHAIN_FAILED: 'the keychain answered with an error',
  FILE_KEY: 'the key of the encrypted file is missing or wrong',
  FILE_DAMAGED: 'the encrypted file cannot be read',
  FILE_ACCESS: 'a file of dbcreds cannot be read or written',
  BAD_VARIABLE: 'a variable of dbcreds holds something that cannot stand',
  RECORD_INVALID: 'a stored record cannot be understood',
  RECORD_TOO_LARGE: 'the record would not fit the keychains of all systems',
  CONFLICT: 'another process changed the record meanwhile',
  LOCKED: 'another process holds the lock',
  READ_BACK: 'what was written could not be read back',
  LOG: 'the log of runs cannot be written',
  NO_TERMINAL: 'there is no terminal to ask on',
  INTERRUPTED: 'the question was not answered',
  TIMED_OUT: 'nobody answered in time',
  NOT_EXECUTABLE: 'the command was found, but cannot be executed',
  NOT_FOUND: 'the command was not found',
  REFUSED: 'the server refused the connection',
  UNKNOWN_HOST: 'the host name does not resolve',
  UNREACHABLE: 'the server did not answer in time',
  WRONG_PASSWORD: 'the server does not accept the user and password',
  CERT_EXPIRED: "the server's certificate has expired",
  CERT_NAME: "the server's certificate is for another name",
  CERT_UNKNOWN_CA: "the server's certificate comes from an unknown authority",
  TLS_REFUSED: 'the server does not speak TLS',
  TLS_REQUIRED: 'the server demands TLS',
  TLS_FAILED: 'the TLS handshake failed',
  NO_DATABASE: 'the database does not exist',
  TOO_MANY: 'the server takes no more connections',
  PASSWORD_EXPIRED: 'the server wants the password changed first',
  DATABASE: 'the server answered with an error',
  INTERNAL: 'dbcreds failed in a way that it did not foresee',
} as const;

export type ErrorCode = keyof typeof codes;

/** A label and its value, shown in one column under the headline. */
export type Fact = readonly [label: string, value: string];

/** What the command does for the reader, and the command to type. */
export type Hint = readonly [what: string, command: string];

export interface ErrorDetails {
  /** One line, without the code, without a full stop. Never holds a secret. */
  readonly message: string;
  /** `refused`: a guard said no. `usage`: the command line. `failed`: all else. */
  readonly kind?: 'refused' | 'failed' | 'usage';
  readonly facts?: readonly Fact[];
  /** Sentences under the facts: what happened, what did not. */
  readonly note?: string;
  readonly hints?: readonly Hint[];
  /** Must not hold a secret: debug output prints it. Errors of libraries that could quote one are left out. */
  readonly cause?: unknown;
}

/** The one error type. Carries all that is shown; whoever throws it decides nothing about printing or exit status. */
export class DbcredsError extends Error {
  readonly code: ErrorCode;
  readonly kind: 'refused' | 'failed' | 'usage';
  readonly facts: readonly Fact[];
  readonly note: string | undefined;
  readonly hints: readonly Hint[];

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DbcredsError';
    this.code = code;
    this.kind = details.kind ?? 'failed';
    this.facts = details.facts ?? [];
    this.note = details.note;
    this.hints = details.hints ?? [];
  }

  /** 126 and 127 are the shell's for a command that cannot be started; 125 is everything else that we refuse. */
  get exitCode(): number {
    if (this.code === 'NOT_FOUND') return 127;
    return this.code === 'NOT_EXECUTABLE' ? 126 : 125;
  }
}

/**
 * An error that nobody wrote for a reader, as one that is. Its message is left out: it may quote anything, a URL with a
 * password too.
 */
export function unforeseen(error: unknown): DbcredsError {
  const name = error instanceof Error ? error.name : typeof error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return new DbcredsError('INTERNAL', {
    message: `dbcreds failed in a way that it did not foresee: ${name}${typeof code === 'string' ? ` ${code}` : ''}`,
    note: 'The details are left out, since they could hold a secret.',
    hints: [['show where:', 'DBCREDS_DEBUG=1 dbcreds ...']],
    cause: error,
  });
}

/** Why the system would not: its code. Deno has none for what it was not permitted to do. */
export function reasonOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return name === 'NotCapable' ? 'Deno was not given that permission' : (code ?? name);
}

/** The same error with one sentence more. */
export function withNote(error: DbcredsError, note: string): DbcredsError {
  const { code, message, kind, facts, hints, cause } = error;
  const notes = [note, error.note].filter(Boolean).join(' ');
  return new DbcredsError(code, { message, kind, facts, hints, cause, note: notes });
}

/**
 * `profile "dev"`, or `such profile` for a word that does not have the shape: passwords and URLs are typed and pasted in
 * every place where a word can stand, and terminals, job logs and tickets keep what is printed.
 */
export function named(what: string, word: string, shape: RegExp): string {
  return shape.test(word) ? `${what} "${word}"` : `such ${what}`;
}

/** A text as one word of a hint: a folder of somebody else's making may be called `; curl ...`. */
export function shellWord(text: string): string {
  return /^[\w./+:@%-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A refusal or failure as a person reads it: what, about what, what happened, what to type. */
export function formatError(error: DbcredsError): string {
  const kind = error.kind === 'refused' ? 'refused: ' : '';
  const parts = [
    flat(`dbcreds: ${kind}${error.message} (${error.code})`),
    columns(error.facts),
    error.note ?? '',
    columns(error.hints.map(([what, command]): Hint => [what.endsWith(':') ? what : `${what}:`, command])),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function columns(rows: readonly Fact[]): string {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => flat(`  ${label.padEnd(width)}  ${value}`)).join('\n');
}

/** A line end in a path must not look like a line of ours. */
const flat = (line: string): string => line.replaceAll('\n', '\\u000a');
