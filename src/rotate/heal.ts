import { DbcredsError } from '../errors.ts';
import { isWhole, type Record, type Slot } from '../profiles/record.ts';
import { endGrace } from './grace.ts';
import { locked } from './locked.ts';
import { Logins } from './logins.ts';
import { resume } from './protocol.ts';
import { unfinished } from './refusals.ts';
import type { Rotation } from './rotation.ts';

/** How long somebody who wants to run a command waits for a rotation of another process, in milliseconds. */
const patience = 5_000;

/**
 * The password to use for a record whose rotation was cut off: finishes it, by the same steps as `rotate`. Where that cannot
 * be, the slot that logs in is used, and the record stays as it is.
 *
 * @param writable whether its store can be written, and keeps what it is given
 * @throws DbcredsError `ROTATION_UNFINISHED` where no slot is known to hold
 */
export async function heal(rotation: Rotation, record: Record, writable: boolean): Promise<Slot> {
  const logins = new Logins(rotation);
  if (writable) {
    try {
      const whole = await locked(rotation, patience, () => finished(rotation, logins));
      return whole.current;
    } catch (error) {
      if (!(error instanceof DbcredsError)) throw error;
      rotation.warn(unhealed(rotation, record, error));
    }
  }
  const now = writable ? await storedNow(rotation, record) : record;
  return now.pending ? workingSlot(rotation, logins, now) : now.current;
}

/** As it is by now. A store that went away meanwhile, such as a keychain that was locked, is no reason not to run. */
async function storedNow({ store }: Rotation, before: Record): Promise<Record> {
  try {
    return await store.get();
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    return before;
  }
}

function unhealed(
  { profile: { name } }: Rotation,
  { pending }: Record,
  { message, code }: DbcredsError,
): string {
  return pending
    ? `the rotation of ${name} could not be finished: ${message} (${code})`
    : `the old password of ${name} should be discarded by now, and could not be: ${message} (GRACE_OVERDUE)`;
}

/** Another process may have done so before we had the lock. */
async function finished(rotation: Rotation, logins: Logins): Promise<Record> {
  const record = await rotation.store.get();
  if (record.pending) return resume(rotation, logins, record);
  return isWhole(record, rotation.now) ? record : endGrace(rotation, logins, record);
}

/** Only "wrong password" moves on to the next slot; after anything else nothing is known. */
async function workingSlot(rotation: Rotation, logins: Logins, record: Record): Promise<Slot> {
  const { pending, current, previous } = record;
  for (const slot of [pending, current, previous]) {
    if (!slot) continue;
    const answer = await look(rotation, logins, slot);
    // Whatever was sent would have been let in.
    if (answer === 'unasked') return current;
    if (answer === 'in') return slot;
  }
  throw unfinished(rotation.profile, 'the server accepts none of the stored passwords');
}

/** Let in, and stopped behind the door for a reason that matters to a change alone. */
const behindTheDoor = new Set(['POOLED', 'NOT_PRIMARY', 'WRONG_ACCOUNT', 'NO_DATABASE', 'PASSWORD_EXPIRED']);

async function look(rotation: Rotation, logins: Logins, slot: Slot): Promise<'in' | 'out' | 'unasked'> {
  try {
    return (await logins.accepts(slot)) ? 'in' : 'out';
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    if (error.code === 'NOT_ASKED') return 'unasked';
    if (behindTheDoor.has(error.code)) return 'in';
    throw unfinished(rotation.profile, error.message);
  }
}
