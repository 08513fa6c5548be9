import type { UrlStyle } from '../../../src/profiles/profile.ts';
import type { Need } from '../../helpers/suite.ts';
import type { Server } from '../../services/server.ts';

export type Engine = Server['engine'];

/** Clients that are installed together. */
export interface Family {
  readonly name: string;
  /**
   * Has what its clients need, installed once into the tests' cache: a service, so that no test's time runs while it goes on.
   *
   * @throws Unavailable where this machine cannot have it
   */
  readonly install: () => Promise<Kit>;
  /** Where CI can have them: then a skip is a failure there. */
  readonly need?: Need;
  readonly clients: readonly Client[];
}

/** What an installed family offers to its clients. */
export interface Kit {
  /** Folder that the programs stand in, with their packages within reach. */
  readonly folder: string;
  /** Folders that go in front of `PATH`. */
  readonly path?: readonly string[];
  /** Variables that the programs need besides what `dbcreds run` gives. None of TLS, none of a database. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One client against one engine: a row of the table in docs/clients.md. */
export interface Client {
  readonly name: string;
  readonly engine: Engine;
  /**
   * As in the table: short enough to stay the same while a distribution mends bugs, so major for Debian's and major.minor
   * for what a lockfile pins.
   */
  readonly version: (kit: Kit, server: Server) => string | Promise<string>;
  /** One by `url`, one by `variables` where it has variables of its own. */
  readonly ways: readonly Way[];
  /** For people, at the end of the row. */
  readonly note?: string;
}

/** How the client is told where to go: `DATABASE_URL` alone, or all that `dbcreds run` sets but for that. */
export interface Way {
  readonly by: 'url' | 'variables';
  /** Where it is not the engine's default (`libpq`, or `mysql2` for MySQL and MariaDB). Some change a variable too. */
  readonly urlStyle?: UrlStyle;
  /** Variables that it needs besides `DATABASE_URL`. */
  readonly beside?: readonly string[];
  /** Whether it has to have the CA in `NODE_EXTRA_CA_CERTS` (`tls.nodeExtraCa`). */
  readonly extraCa?: true;
  /**
   * The command line. The program is what the client's documentation tells to write, with nothing of dbcreds and nothing
   * of TLS in it. It prints `user|database|t` and a line end, asked of the server, where `t` stands for TLS; on failure
   * the client's own message on stderr, and its exit status is not 0.
   */
  readonly command: (kit: Kit) => readonly string[];
  /** For a program that prints something else: a pattern of it. The server's log tells of TLS all the same. */
  readonly prints?: RegExp;
  /** What it says of a server that it refuses, where that says nothing of certificates or TLS. */
  readonly says?: RegExp;
  /** What the client does wrong where that cannot be helped. Else every way has to be {@link sound}. */
  readonly expected?: Partial<Outcomes>;
}

/**
 * How an attempt ended. `clear`: logged in without TLS. `refused`: before the server heard of any user. `late`: refused
 * after a login, of which whoever pretends to be the server has its part. `failed`: for another reason than the server.
 */
export type Outcome = 'tls' | 'clear' | 'refused' | 'late' | 'failed';

/** What came of a way, by the server. */
export interface Outcomes {
  readonly right: Outcome;
  /** The right one, with all variables set at once. */
  readonly whole: Outcome;
  /** Its certificate comes from another authority. */
  readonly otherCa: Outcome;
  /** Its certificate has another name. */
  readonly otherName: Outcome;
  /** It has no TLS, as somebody in between could pretend. */
  readonly plain: Outcome;
}

/** What every client should do. */
export const sound: Outcomes = {
  right: 'tls',
  whole: 'tls',
  otherCa: 'refused',
  otherName: 'refused',
  plain: 'refused',
};
