import { serverCode } from '../connect/failure.ts';
import type { Session } from '../connect/login.ts';
import { DbcredsError, type Fact } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { type Change, type Form, Moved, NotChanged } from './change.ts';
import { lockedElsewhere } from './refusals.ts';
import { scramVerifier } from './verifier.ts';

export interface PostgresqlOptions {
  /** The role of an admin's change. Absent: the session's own. */
  readonly role?: string | undefined;
  /** When the role itself is to expire, in milliseconds since the epoch. */
  readonly validUntil?: number | undefined;
  /** When it expires where that is not changed. */
  readonly expiresAt?: number | undefined;
}

/**
 * A change in one transaction: its `ALTER ROLE` holds the role's row of `pg_authid`, in all databases and against all
 * machines, until COMMIT. Advisory locks are one database's, and a pooler gives two clients the same.
 */
export class PostgresqlChange implements Change {
  readonly plan: readonly string[];
  readonly expiresAt: number | undefined;
  readonly #profile: Profile;
  readonly #session: Session;
  readonly #options: PostgresqlOptions;

  constructor(profile: Profile, session: Session, options: PostgresqlOptions) {
    this.#profile = profile;
    this.#session = session;
    this.#options = options;
    this.expiresAt = options.validUntil ?? options.expiresAt;
    this.plan = [
      begin,
      this.#alter("'SCRAM-SHA-256$4096:...'"),
      'log in once more with the stored password',
      'COMMIT',
    ];
  }

  async lock(pending: Secret, form: Form): Promise<void> {
    try {
      await this.#session.query(begin);
      // No character of ours needs quoting, in a verifier or a password.
      await this.#session.query(
        this.#alter(`'${form === 'plain' ? pending.reveal() : scramVerifier(pending)}'`),
      );
    } catch (error) {
      throw this.#explained(error, form);
    }
  }

  /** Even the server's own error leaves it open: a backend that is shut down while it waits for a standby has committed. */
  async commit(): Promise<void> {
    await this.#session.query('COMMIT');
  }

  async abandon(): Promise<void> {
    await this.#session.query('ROLLBACK');
  }

  logSettings(): Promise<Fact[]> {
    return logSettings(this.#session);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #alter(literal: string): string {
    const { role, validUntil } = this.#options;
    const who = role === undefined ? 'SESSION_USER' : identifier(role);
    const until = validUntil === undefined ? '' : ` VALID UNTIL '${new Date(validUntil).toISOString()}'`;
    return `ALTER ROLE ${who} PASSWORD ${literal}${until}`;
  }

  /** What was not committed has not changed; what says so is the server. */
  #explained(error: unknown, form: Form): unknown {
    const code = serverCode(error);
    if (code === undefined || !(error instanceof DbcredsError)) return error;
    // "tuple concurrently updated": who had the lock has committed.
    if (/^40|^XX000$/.test(code)) return new Moved();
    if (code.startsWith('55')) return lockedElsewhere(this.#profile);
    const change = /^(25|42|53|57|58)/.test(code);
    return new NotChanged(error, change ? 'change' : form === 'plain' ? 'password' : 'hash');
  }
}

/**
 * `SET ROLE NONE`: a `role` setting of the account must not have another role changed. A commit that a crash of the server
 * could take back would leave the old password there and the new one here, so a lax `synchronous_commit` does not count. The
 * server gives up waiting before we do, so that its answer is known, and for no reason of the role's own. A machine that is
 * gone without a goodbye keeps the row locked for a minute, and not until its connection is found dead, which takes hours.
 */
const begin =
  "BEGIN READ WRITE; SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = '5s'; " +
  'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 60000; SET ROLE NONE';

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function logSettings(session: Session): Promise<Fact[]> {
  const rows = await session.query(
    `SELECT name, setting FROM pg_settings WHERE name IN ('log_statement', 'log_min_duration_statement',
       'log_min_error_statement', 'pg_stat_statements.track_utility', 'pgaudit.log') ORDER BY name`,
  );
  return rows.map((row): Fact => [String(row.name), String(row.setting)]);
}
