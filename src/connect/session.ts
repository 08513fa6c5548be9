import type { Address } from '../profiles/profile.ts';
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
  /**
   * `false`: the server let us in without looking at the password (trust, peer, a client certificate), or it cannot be
   * told whether it did: an expired account, through a unix socket.
   */
  readonly askedForPassword: boolean;
  /**
   * Who serves this connection, as the server said at the login: PostgreSQL's process id, else the connection id, of
   * which the greeting of MySQL and MariaDB holds the lower 32 bits alone. Where `pg_backend_pid()`, or
   * `CONNECTION_ID() & 4294967295`, says otherwise, a pooler stands in between. 0: the server did not say.
   */
  readonly backend: number;
  /**
   * What was really dialled: the address among those that the name has, or the socket. An endpoint with this as its
   * `dial` reaches the same server again, and its `host` stays the name that the certificate must carry.
   */
  readonly address: Address;
  /**
   * `true`: let in by {@link LoginOptions.expired}, with all else refused (1820) until the password is changed on this
   * very session. MySQL then takes `ALTER USER` and `SET PASSWORD` alone; MariaDB no `ALTER USER`, but `SET PASSWORD`
   * and every other `SET`, whose expressions may call functions (measured with MySQL 9.7, MariaDB 10.11).
   */
  readonly expired: boolean;
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
  /**
   * One login attempt and no more, since servers lock accounts: a failure is then not looked into by a second one over
   * TLS, and `TLS_REQUIRED` can read as `WRONG_PASSWORD` (MySQL, MariaDB) or `DATABASE` (PostgreSQL).
   */
  readonly once?: true;
  /** Lets in an account of MySQL or MariaDB whose password has expired, to change it: see {@link Session.expired}. */
  readonly expired?: true;
}

/** What a driver has to offer for a session. */
export interface Driver
  extends Pick<Session, 'tls' | 'askedForPassword' | 'backend' | 'address' | 'expired'> {
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
    backend: driver.backend,
    address: driver.address,
    expired: driver.expired,
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
