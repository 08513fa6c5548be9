import { randomHex } from '../digest.ts';
import type { Record } from '../profiles/record.ts';
import { assertFits } from '../providers/codec.ts';
import { carryOut } from './carry-out.ts';
import { Moved } from './change.ts';
import { visible } from './expired.ts';
import type { Logins } from './logins.ts';
import { openChange } from './open.ts';
import { promote } from './promote.ts';
import { currentRefused, unfinished } from './refusals.ts';
import { type Rotation, userOf } from './rotation.ts';
import { newSlot, store } from './slots.ts';
import { type Step, stepOf } from './step.ts';

/**
 * Gives the account a new password. What is stored says at every moment which passwords may hold: `pending` is written
 * before the server hears of it, and goes only once a login has shown what the server took.
 *
 * @param record without a pending password
 * @returns the record with the new password as the current one
 * @throws DbcredsError; the record then says how far it came, and {@link resume} goes on from there
 */
export async function begin(rotation: Rotation, logins: Logins, record: Record): Promise<Record> {
  const { choices, profile, now } = rotation;
  const step = await visible(rotation, logins, stepOf(rotation, record));
  const grace = step.turns ? undefined : choices.grace;
  const discardAt = grace === undefined ? undefined : now + grace;
  rotation.step(`logging in as ${userOf(rotation, record.current)}`);
  const change = await openChange(rotation, logins, record.current, step, discardAt);
  try {
    if (step.turns && !(await logins.accepts(record.current))) throw currentRefused(profile);
    rotation.step(`storing a new password as pending in ${rotation.store.place}`);
    const next = {
      ...record,
      pending: newSlot(rotation, step, change.expiresAt),
      rotationId: randomHex(8),
      ...(discardAt === undefined ? {} : { discardAt }),
    };
    // A store that has no room for what promotion leaves would refuse it when the server has changed already.
    assertFits({ ...next, unpushed: rotation.pushes });
    const begun = await store(rotation, record, next);
    try {
      return await carryOut({ rotation, logins, step, change, fresh: true, sent: { yes: false } }, begun);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      return await secondLook(rotation, logins);
    }
  } finally {
    await change.close();
  }
}

/**
 * Finishes what was cut off: finds out which of the passwords holds, and sends the very same new one again where the server
 * has not taken it. It is never thrown away because a login failed: a commit may still be under way.
 */
export async function resume(rotation: Rotation, logins: Logins, record: Record): Promise<Record> {
  const { pending } = record;
  if (!pending) return record;
  const step = await visible(rotation, logins, stepOf(rotation, record));
  rotation.step('a change was cut off: logging in with the new password');
  if (await logins.accepts(pending)) return promote({ rotation, logins, step }, record);
  rotation.step('the server has not taken it: logging in with the old password');
  const holding = await restored(rotation, logins, record, step);
  const next = holding === record ? step : stepOf(rotation, holding);
  const change = await openChange(rotation, logins, holding.current, next, holding.discardAt);
  try {
    return await carryOut(
      { rotation, logins, step: next, change, fresh: false, sent: { yes: false } },
      holding,
    );
  } catch (error) {
    if (!(error instanceof Moved)) throw error;
    return await secondLook(rotation, logins);
  } finally {
    await change.close();
  }
}

/** Between our look and the lock the password has changed: a commit of ours that was under way is what explains it. */
async function secondLook(rotation: Rotation, logins: Logins): Promise<Record> {
  rotation.step('it has by now: logging in with the new password');
  const record = await rotation.store.get();
  const { pending } = record;
  if (pending) logins.forget(pending);
  if (!pending || !(await logins.accepts(pending)))
    throw unfinished(rotation.profile, 'it was changed by somebody else meanwhile');
  return promote({ rotation, logins, step: stepOf(rotation, record) }, record);
}

/** Where neither the pending nor the current password holds, the previous may: one that was replaced while in doubt. */
async function restored(rotation: Rotation, logins: Logins, record: Record, step: Step): Promise<Record> {
  const { previous } = record;
  const { replaced } = step;
  if (!replaced || (await logins.accepts(replaced))) return record;
  if (step.turns || !previous || !(await logins.accepts(previous)))
    throw unfinished(rotation.profile, 'the server accepts none of the stored passwords');
  return store(rotation, record, { ...record, current: previous, previous: record.current });
}
