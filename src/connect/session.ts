import type { Secret } from '../secret.ts';
import { failureOf } from './cause.ts';
import { within } from './dial.ts';
import type { Endpoint } from './endpoint.ts';
import { statementError } from './failure.ts';
import type { TlsFacts } from './tls.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A logged-in connection. Every error of it is a DbcredsError without a driver's object in it. */
export interface Session {
  /** `undefined`: not encrypted. */
  readonly tls: TlsFacts | undefined;
  /** `false`: the server let us in without looking at the password (trust, peer, a client certificate). */
  readonly askedForPassword: boolean;
  /**
   * Runs one statement.
   *
   * @param values for `$1` or `?`; they travel as parameters of a prepared statement, which DDL does not take
   * @returns the rows; none for statements that give none
   * @throws DbcredsError `DATABASE` with `serverCode`, without any text that was quoted; `UNREACHABLE` when time is up
   */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Says goodbye, for a second at most. Never throws. */
  close(): Promise<void>;
}

export interface LoginOptions {
  /** For the login as a whole, name resolution included, and again for each statement. */
  readonly timeoutMs: number;
}

/** What a driver has to offer for a session. */
export interface Driver {
  readonly tls: TlsFacts | undefined;
  readonly askedForPassword: boolean;
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Takes leave of the server. */
  end(): Promise<void>;
  /** Closes the line at once. */
  drop(): void;
}

/** Bounds in time what a driver does, and lets none of its errors out. */
export function sessionOf(
  driver: Driver,
  endpoint: Endpoint,
  password: Secret,
  { timeoutMs }: LoginOptions,
): Session {
  return {
    tls: driver.tls,
    askedForPassword: driver.askedForPassword,
    query: async (sql, values) => {
      try {
        return await within(timeoutMs, driver.rows(sql, values));
      } catch (error) {
        throw statementError(endpoint, failureOf(error, 'open'), [password.reveal()]);
      }
    },
    close: async () => {
      await within(1000, driver.end()).catch(() => {});
      driver.drop();
    },
  };
}
