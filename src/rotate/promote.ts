import { DbcredsError } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';
import type { Logins } from './logins.ts';
import { oldAccepted } from './refusals.ts';
import type { Rotation } from './rotation.ts';
import { promoted, type Step } from './step.ts';

/** How often somebody else's write may come in between. */
const patience = 5;

interface Promotion {
  readonly rotation: Rotation;
  readonly logins: Logins;
  readonly step: Step;
}

/**
 * Makes the pending password the current one, in one write, after the server was seen to refuse the old one. With grace it
 * is to accept both for a while.
 *
 * @throws DbcredsError `OLD_ACCEPTED` where the old one still works, after the new one was stored
 */
export async function promote(promotion: Promotion, record: Record): Promise<Record> {
  const { rotation } = promotion;
  const pending = record.pending as Slot;
  const doubt = record.discardAt === undefined ? await oldHolds(promotion) : undefined;
  const discardAt = doubt === undefined ? record.discardAt : rotation.now;
  rotation.step(`storing it as the current one in ${rotation.store.place}`);
  const stored = await write(rotation, record, pending, discardAt);
  if (doubt !== undefined) throw oldAccepted(rotation.profile, doubt);
  return stored;
}

/** @returns why the old password may still hold */
async function oldHolds({ rotation, logins, step }: Promotion): Promise<string | undefined> {
  if (!step.replaced) return undefined;
  rotation.step('seeing the old password refused');
  try {
    if (await logins.accepts(step.replaced)) return 'the server still accepts the old one';
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    return `whether the old one still works could not be seen: ${error.message}`;
  }
  return undefined;
}

/** Whether somebody stored another password meanwhile, which is not ours to throw away. */
function overtaken({ pending: found }: Record, pending: Slot): boolean {
  return !found?.password.equals(pending.password);
}

/** The new password works, so that it is written down whatever another writer made of the record meanwhile. */
async function write(
  rotation: Rotation,
  record: Record,
  pending: Slot,
  discardAt: number | undefined,
): Promise<Record> {
  let base = record;
  for (let tries = 1; ; tries++) {
    const next = overtaken(base, pending)
      ? { ...base, current: pending, previous: base.current }
      : promoted(rotation, base, pending, { discardAt });
    try {
      await rotation.store.set(next, base.revision);
      return { ...next, revision: base.revision + 1 };
    } catch (error) {
      const conflict = error instanceof DbcredsError && error.code === 'CONFLICT';
      if (!conflict || tries === patience) throw error;
      base = await rotation.store.get();
    }
  }
}
