import type { DbcredsError, Fact } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** `plain`: the password itself stands in the statement. */
export type Form = 'hash' | 'plain';

/** One change of a password on a server, step by step. Each engine has its own. */
export interface Change {
  /** How it goes, for people: statements with the hashes left out. */
  readonly plan: readonly string[];
  /** When the server itself stops taking the password, in milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  /**
   * Takes the lock that other machines see, so that a login afterwards is the last look before the change.
   *
   * @throws NotChanged where the server itself said no
   * @throws DbcredsError `RACED` where somebody else has it
   * @throws Moved where somebody else came first
   */
  lock(pending: Secret, form: Form): Promise<void>;
  /** Makes it so. @throws NotChanged, Moved; after any other error nobody knows */
  commit(pending: Secret, form: Form): Promise<void>;
  /** Takes back what `lock` did. */
  abandon(): Promise<void>;
  /** What the server would write down of a statement with the password in it. */
  logSettings(): Promise<readonly Fact[]>;
  /** Gives the lock back and says goodbye. Never throws. */
  close(): Promise<void>;
}

/** Why the server refused: this password, any hash, or the change as such. */
export type Reason = 'password' | 'hash' | 'change';

/** The server itself refused the change, so that it is sure that the password is the old one. */
export class NotChanged extends Error {
  readonly error: DbcredsError;
  readonly reason: Reason;

  constructor(error: DbcredsError, reason: Reason) {
    super('the server refused the change');
    this.error = error;
    this.reason = reason;
  }
}

/** The password was changed meanwhile: by somebody else, or by ourselves before we were cut off. */
export class Moved extends Error {
  constructor() {
    super('the password was changed meanwhile');
  }
}
