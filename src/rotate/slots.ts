import type { Record, Slot } from '../profiles/record.ts';
import { generatePassword } from './password.ts';
import type { Rotation } from './rotation.ts';
import type { Step } from './step.ts';

/** A new password with its dates, for whoever is next. */
export function newSlot({ profile, choices, now }: Rotation, { user }: Step): Slot {
  const { expires, target } = profile;
  const bounds = [expires, choices.validUntil].filter((span) => typeof span === 'number');
  return {
    password: generatePassword(),
    setAt: now,
    ...(bounds.length > 0 ? { expiresAt: now + Math.min(...bounds) } : {}),
    ...(user === target.user ? {} : { user }),
  };
}

/** One compare-and-set write. @returns the record as it now lies there */
export async function store({ store: place }: Rotation, before: Record, after: Record): Promise<Record> {
  await place.set(after, before.revision);
  return { ...after, revision: before.revision + 1 };
}
