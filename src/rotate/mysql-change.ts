import { serverCode } from '../connect/failure.ts';
import type { Session } from '../connect/login.ts';
import { sha256 } from '../digest.ts';
import { DbcredsError, type Fact } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { readHashes } from './account.ts';
import { type Change, type Form, Moved, NotChanged, type Reason } from './change.ts';
import { lockedElsewhere } from './refusals.ts';
import { isHashOf } from './verifier.ts';

/** How the one and the other of MySQL and MariaDB change a password. */
export interface Dialect {
  /** Whose password: the same text is the same lock, on every machine. */
  readonly user: string;
  /** The account, quoted, and the password that it should have. */
  readonly name: string;
  readonly current: Secret | undefined;
  /** To run before the change, harmless without it. */
  readonly before: readonly string[];
  /** The statement of the change. */
  statement(pending: Secret, form: Form): string;
  /** The same for people. */
  readonly shown: string;
  /** Why the server says no, by its error number, where that is certain to leave the password as it was. */
  readonly refusals: ReadonlyMap<string, Reason>;
  /** Names of the variables that say what the server writes down. */
  readonly logVariables: readonly string[];
}

/** How long to wait for another rotation, in seconds: less than we wait for a statement. */
const lockSeconds = 5;

/**
 * A change under `GET_LOCK`, which holds in the whole server until its session ends: a rotation that was cut off while the
 * server still works on its statement keeps the others out.
 */
export class MysqlChange implements Change {
  readonly plan: readonly string[];
  readonly expiresAt: number | undefined;
  readonly #profile: Profile;
  readonly #session: Session;
  readonly #dialect: Dialect;

  constructor(profile: Profile, session: Session, dialect: Dialect, expiresAt: number | undefined) {
    this.#profile = profile;
    this.#session = session;
    this.#dialect = dialect;
    this.expiresAt = expiresAt;
    this.plan = [
      `GET_LOCK('${lockName(dialect.user)}', ${lockSeconds})`,
      'log in once more with the stored password',
      ...dialect.before,
      dialect.shown,
    ];
  }

  async lock(): Promise<void> {
    if (!(await takeLock(this.#session, this.#dialect.user))) throw lockedElsewhere(this.#profile);
    // A second password of the account logs in too, while somebody else's new one is the first.
    if (!(await this.#isFirst())) throw new Moved();
  }

  async #isFirst(): Promise<boolean> {
    const { name, current } = this.#dialect;
    const [hash] = current ? await this.#hashes(name) : [];
    return !hash || !current || isHashOf(hash, current) !== false;
  }

  /** An admin may change accounts without being allowed to look at them. */
  async #hashes(name: string): Promise<readonly Buffer[]> {
    try {
      return await readHashes(this.#session, name);
    } catch (error) {
      if (serverCode(error) === undefined) throw error;
      return [];
    }
  }

  async commit(pending: Secret, form: Form): Promise<void> {
    try {
      for (const statement of this.#dialect.before) await this.#session.query(statement);
      await this.#session.query(this.#dialect.statement(pending, form));
    } catch (error) {
      const code = serverCode(error) ?? '';
      if (code === incorrectCurrent) throw new Moved();
      const reason = this.#dialect.refusals.get(code);
      throw reason && error instanceof DbcredsError ? new NotChanged(error, reason) : error;
    }
  }

  /** Nothing was done yet that `close` does not end. */
  async abandon(): Promise<void> {}

  async logSettings(): Promise<Fact[]> {
    const names = this.#dialect.logVariables.map((name) => `'${name}'`).join(', ');
    const rows = await this.#session.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`);
    return rows.map((row): Fact => [String(row.Variable_name), String(row.Value)]);
  }

  /** The lock ends with its session. */
  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** ER_INCORRECT_CURRENT_PASSWORD: what stands behind `REPLACE` is compared as part of the change. */
const incorrectCurrent = '3891';

/** For how long a session may say nothing, in seconds. Its lock is kept while a person unlocks a keychain. */
const silence = 120;

/**
 * Takes the lock of a user, which ends with its session; that of a machine that is gone without a goodbye would last eight
 * hours.
 *
 * @returns whether it was free within some seconds
 */
export async function takeLock(session: Session, user: string): Promise<boolean> {
  await session.query(`SET SESSION wait_timeout = ${silence}`);
  const [row] = await session.query(`SELECT GET_LOCK('${lockName(user)}', ${lockSeconds}) AS held`);
  return Number(row?.held) === 1;
}

/** Names of locks have 64 characters at most, and some users have 80. */
export const lockName = (user: string): string => `dbcreds ${sha256(user).slice(0, 32)}`;
