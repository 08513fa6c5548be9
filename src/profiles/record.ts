import type { Secret } from '../secret.ts';

/** One password with its dates. Times are milliseconds since the epoch. */
export interface Slot {
  readonly password: Secret;
  /** When it was stored or changed. Absent where the provider cannot know. */
  readonly setAt?: number;
  /** Fixed when the password was stored. */
  readonly expiresAt?: number;
  /** The login, where it differs from the target's (alternating users, leases). */
  readonly user?: string;
}

/** What a provider keeps for a profile. One entry, so that each change is one write. */
export interface Record {
  /** What the secret opens, each as `engine://user@host:port/database`: its own first, then those that share it. */
  readonly targets: readonly string[];
  readonly production: boolean;
  readonly current: Slot;
  readonly pending?: Slot;
  readonly previous?: Slot;
  readonly rotationId?: string;
  /** Until when the server is to take `previous` too. There only while it still may. */
  readonly discardAt?: number;
  /** Short names of the push commands that have not taken the current password yet. */
  readonly unpushed?: readonly string[];
  /** Counts the writes, from 1: the compare of compare-and-set. 0 from providers that cannot be written. */
  readonly revision: number;
}

/** Whether no rotation is under way, and no old password should have been discarded by now. */
export function isWhole(
  { pending, previous, discardAt = Number.POSITIVE_INFINITY }: Record,
  now: number,
): boolean {
  return pending === undefined && (previous === undefined || discardAt > now);
}
