import type { Environment } from '../context.ts';
import type { ErrorCode, Fact, Hint } from '../errors.ts';
import type { Profile, UrlStyle } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import type { Seal } from '../profiles/seal.ts';

/** What a guard has to say. `ask`: a person may allow it on the terminal. */
export interface Finding {
  readonly level: 'warn' | 'ask' | 'refuse';
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts?: readonly Fact[];
  readonly note?: string;
  readonly hints?: readonly Hint[];
  /** Say it at most once a day where it is only a reminder. */
  readonly daily?: boolean;
}

/** All that the guards may know. Gathered before, so that every guard is a pure function. */
export interface Situation {
  readonly profile: Profile;
  readonly record: Record;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The command line to type again, with these options. */
  readonly typed: (options: string) => string;
  /** What is to be started, as typed; empty where nothing is. */
  readonly command: readonly string[];
  /** The dialect of `DATABASE_URL` in this run. */
  readonly urlStyle: UrlStyle;
  /** The inherited environment. */
  readonly env: Environment;
  /** Whether somebody can be asked. */
  readonly terminal: boolean;
  /** Whether records of this provider are bound to places (`keychain`, `file`) or come from whoever set the job up. */
  readonly placed: boolean;
  readonly seal: Seal;
  readonly sealHash: string;
  /** The seal that was allowed for this place, with whatever provider. */
  readonly allowed?: Seal;
  /** `DBCREDS_<NAME>_SEAL`. */
  readonly expectedSeal?: string;
  /** What the project's file adds by which a job's password could go elsewhere, each for people. */
  readonly redirects: readonly string[];
  readonly flags: {
    readonly allowExpired?: boolean;
    /** `--confirm`, or `DBCREDS_CONFIRM`. */
    readonly confirm?: string;
    readonly reason?: string;
  };
  /** Whether this terminal session confirmed lately. */
  readonly remembered: boolean;
  /** Whether the target is a unix socket that root or the server's user owns. */
  readonly ownSocket: boolean;
  /** Client option files in the home folder that would override ours, each with what it sets. */
  readonly optionFiles: readonly string[];
}

/** One guard: silent where all is well. */
export type Guard = (situation: Situation) => Finding | undefined;
