import type { ProviderName } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';

/** Which record is meant, and what a provider without records needs to make one. */
export interface Ref {
  /** `project/name` or `name`. */
  readonly id: string;
  /** `NAME` of `DBCREDS_<NAME>_*`. */
  readonly variable: string;
  /** The profile's target as text: what a bare password is taken to open outside production. */
  readonly target: string;
  readonly production: boolean;
}

/** A place where records live. One contract suite runs over every implementation. */
export interface Provider {
  readonly name: ProviderName;
  /** Where it keeps things, for people: `Secret Service`, a path, `DBCREDS_PROD_URL`. */
  readonly place: string;
  /** Survives a reboot and a `git checkout`; a rotation needs it. */
  readonly durable: boolean;
  readonly writable: boolean;
  /** `undefined`: it is not there. Could not ask: throws. */
  get(ref: Ref): Promise<Record | undefined>;
  /**
   * Compare-and-set; returns once another process can read it back.
   *
   * @param expectedRevision the revision that was read, or `undefined` where there must be none yet
   * @throws DbcredsError `CONFLICT` where the stored revision is another
   */
  set(ref: Ref, record: Record, expectedRevision: number | undefined): Promise<void>;
  /** `false`: it was not there. */
  delete(ref: Ref, expectedRevision: number): Promise<boolean>;
}
