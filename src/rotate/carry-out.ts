import { DbcredsError, withNote } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';
import { type Change, type Form, Moved, NotChanged } from './change.ts';
import type { Logins } from './logins.ts';
import { promote } from './promote.ts';
import { plaintextSql, raced, rejected, unfinished } from './refusals.ts';
import type { Rotation } from './rotation.ts';
import { newSlot, store } from './slots.ts';
import type { Step } from './step.ts';

/** A change that is under way. */
export interface Work {
  readonly rotation: Rotation;
  readonly logins: Logins;
  readonly step: Step;
  readonly change: Change;
  /** Whether nobody has ever sent this pending password to the server. */
  readonly fresh: boolean;
}

/**
 * Makes the change, sees that it holds, and makes it the current password.
 *
 * @throws Moved where another change came first, and this one may have been sent before
 */
export async function carryOut(work: Work, record: Record): Promise<Record> {
  const { rotation, logins, step } = work;
  rotation.step('changing it on the server');
  const changed = await tryHard(work, record);
  rotation.step('logging in with the new password');
  // It was wrong when we looked, where this finishes a change that was cut off before the server heard of it.
  logins.forget(changed.pending as Slot);
  try {
    if (!(await logins.accepts(changed.pending as Slot)))
      throw unfinished(rotation.profile, 'the server took the new password, and does not accept it');
    return await promote({ rotation, logins, step }, changed);
  } catch (error) {
    const told = !(error instanceof DbcredsError) || /^(OLD_ACCEPTED|ROTATION_UNFINISHED)$/.test(error.code);
    throw told ? error : withNote(error, 'The server has the new password, which is kept here as pending.');
  }
}

/** Makes the change. One password that the server rejects is followed by one more, and by no third. */
async function tryHard(work: Work, record: Record): Promise<Record> {
  let current = record;
  let form: Form = 'hash';
  for (let renewals = 0; ; ) {
    try {
      await attempt(work, current.pending as Slot, form);
      return current;
    } catch (error) {
      if (error instanceof Moved) throw await overtaken(work, current, error);
      if (!(error instanceof NotChanged)) throw error;
      await work.change.abandon();
      const { reason } = error;
      const plain = reason === 'hash' && work.rotation.choices.allowPlaintext === true && form === 'hash';
      if (plain) {
        await showLogs(work);
        form = 'plain';
      } else if (reason === 'password' && renewals++ === 0) current = await renewed(work, current);
      else throw await given(work, current, error);
    }
  }
}

async function attempt({ rotation, logins, step, change }: Work, pending: Slot, form: Form): Promise<void> {
  await change.lock(pending.password, form);
  // The last look: whoever changed it before we had the lock, is seen now.
  if (step.replaced && !(await logins.accepts(step.replaced))) throw new Moved();
  try {
    await change.commit(pending.password, form);
  } catch (error) {
    // It may have been done all the same: what was wrong before is worth one more look.
    if (!(error instanceof NotChanged)) logins.forget(pending);
    throw error instanceof DbcredsError ? unfinished(rotation.profile, error.message) : error;
  }
}

/** Somebody else came first. What was never sent goes. */
async function overtaken({ rotation, change, fresh }: Work, record: Record, moved: Moved): Promise<Error> {
  await change.abandon();
  if (!fresh) return moved;
  await store(rotation, record, withoutPending(record));
  return raced(rotation.profile);
}

function withoutPending(record: Record): Record {
  const { pending: _, rotationId: __, discardAt: ___, ...rest } = record;
  return rest;
}

/** A password in place of one that was turned down. One that may have been taken after all is kept, as the previous. */
async function renewed({ rotation, step, fresh }: Work, record: Record): Promise<Record> {
  rotation.step('the server rejects this password: trying one more');
  const doubted = fresh || record.previous ? {} : { previous: record.pending as Slot };
  return store(rotation, record, { ...record, ...doubted, pending: newSlot(rotation, step) });
}

/** Gives up: the server said no, so that what was never sent before can go. */
async function given(
  { rotation, change, fresh }: Work,
  record: Record,
  { error, reason }: NotChanged,
): Promise<DbcredsError> {
  const { profile } = rotation;
  const facts = reason === 'hash' ? await change.logSettings() : error.facts;
  if (fresh) await store(rotation, record, withoutPending(record));
  if (reason === 'hash')
    return plaintextSql(profile, 'the server takes no hash', facts, ' --allow-plaintext-sql');
  return reason === 'password' ? rejected(profile, facts, []) : error;
}

async function showLogs({ rotation, change }: Work): Promise<void> {
  const facts = await change.logSettings();
  const shown = facts.map(([name, value]) => `${name}=${value}`).join(', ');
  rotation.warn(`the server takes no hash, and gets the password itself in a statement; its logs: ${shown}`);
}
