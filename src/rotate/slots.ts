import type { Record, Slot } from '../profiles/record.ts';
import { generatePassword } from './password.ts';
import type { Rotation } from './rotation.ts';
import type { Step } from './step.ts';

/** A new password with its dates, for whoever is next. */
export function newSlot({ profile, choices, now }: Rotation, { user }: Step, until?: number): Slot {
  const { expires, target } = profile;
  const spans = [expires, choices.validUntil].filter((span) => typeof span === 'number');
  const bounds = [...spans.map((span) => now + span), ...(until === undefined ? [] : [until])];
  return {
    password: generatePassword(),
    setAt: now,
    ...(bounds.length > 0 ? { expiresAt: Math.min(...bounds) } : {}),
    ...(user === target.user ? {} : { user }),
  };
}

/** One compare-and-set write. @returns the record as it now lies there */
export async function store({ store: place }: Rotation, before: Record, after: Record): Promise<Record> {
  await place.set(after, before.revision);
  return { ...after, revision: before.revision + 1 };
}
