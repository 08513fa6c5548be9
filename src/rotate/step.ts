import type { Record, Slot } from '../profiles/record.ts';
import { type Rotation, userOf } from './rotation.ts';

/** Whose password a rotation changes, and which one it replaces. */
export interface Step {
  /** The login. */
  readonly user: string;
  /** What the server takes now. Absent: nobody knows it, as in the first turn of the second of two roles. */
  readonly replaced?: Slot;
  /** Whether two users take turns, so that `current` stays valid. */
  readonly turns: boolean;
}

/** The step that is next for a record, or was begun. */
export function stepOf(rotation: Rotation, record: Record): Step {
  const { roles } = rotation.profile.rotation;
  const now = userOf(rotation, record.current);
  const user = record.pending
    ? userOf(rotation, record.pending)
    : (roles?.find((role) => role !== now) ?? now);
  if (user === now) return { user, replaced: record.current, turns: false };
  const { previous } = record;
  const known = previous && userOf(rotation, previous) === user;
  return { user, ...(known ? { replaced: previous } : {}), turns: true };
}

/** The record once its pending password was seen to work. */
export function promoted(
  rotation: Rotation,
  record: Record,
  pending: Slot,
  keep: { readonly discardAt?: number | undefined },
): Record {
  const { pending: _, previous: __, rotationId: ___, discardAt: ____, unpushed: _____, ...rest } = record;
  const turns = userOf(rotation, pending) !== userOf(rotation, record.current);
  const names = rotation.pushes;
  return {
    ...rest,
    current: pending,
    ...(turns || keep.discardAt !== undefined ? { previous: record.current } : {}),
    ...(keep.discardAt === undefined ? {} : { discardAt: keep.discardAt }),
    ...(names.length > 0 ? { unpushed: names } : {}),
  };
}
