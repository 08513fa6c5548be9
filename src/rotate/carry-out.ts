import { DbcredsError, withNote } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';
import { type Change, type Form, Moved, NotChanged } from './change.ts';
import type { Logins } from './logins.ts';
import { promote } from './promote.ts';
import { lockedElsewhere, plaintextSql, raced, rejected, unfinished } from './refusals.ts';
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
  /** Whether this process has told the server to make it so. */
  readonly sent: { yes: boolean };
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
      if (!(error instanceof NotChanged)) throw await dropped(work, current, error);
      await work.change.abandon();
      const { reason } = error;
      const plain = reason === 'hash' && work.rotation.choices.allowPlaintext === true && form === 'hash';
      if (plain) {
        await showLogs(work);
        form = 'plain';
      } else if (reason === 'password' && mayRenew(work) && renewals++ === 0)
        current = await renewed(work, current);
      else throw await given(work, current, error);
    }
  }
}

async function attempt(
  { rotation, logins, step, change, sent }: Work,
  pending: Slot,
  form: Form,
): Promise<void> {
  await change.lock(pending.password, form);
  // The last look: whoever changed it before we had the lock, is seen now.
  if (step.replaced && !(await logins.accepts(step.replaced))) throw new Moved();
  try {
    sent.yes = true;
    await change.commit(pending.password, form);
  } catch (error) {
    if (error instanceof NotChanged || error instanceof Moved) sent.yes = false;
    // It may have been done all the same: what was wrong before is worth one more look.
    if (!(error instanceof NotChanged)) logins.forget(pending);
    throw error instanceof DbcredsError ? unfinished(rotation.profile, error.message) : error;
  }
}

/**
 * Something else came first: another process with the same pending password, which then holds; a change of another property
 * of the account; or another password. What was never sent goes.
 */
async function overtaken(work: Work, record: Record, moved: Moved): Promise<Error> {
  const { rotation, logins, step, change, fresh } = work;
  await change.abandon();
  if (!fresh || (await logins.accepts(record.pending as Slot))) return moved;
  await store(rotation, record, withoutPending(record));
  const holds = step.replaced && (await logins.accepts(step.replaced));
  return holds ? lockedElsewhere(rotation.profile) : raced(rotation.profile);
}

/** A failure before the commit. Once the server has said that it took all back, a password that was never sent can go. */
async function dropped(
  { rotation, change, fresh, sent }: Work,
  record: Record,
  error: unknown,
): Promise<unknown> {
  if (!fresh || sent.yes || !(error instanceof DbcredsError) || error.code === 'RACED') return error;
  try {
    await change.abandon();
    await store(rotation, record, withoutPending(record));
  } catch {
    // It stays, and the next command looks at it.
  }
  return error;
}

function withoutPending(record: Record): Record {
  const { pending: _, rotationId: __, discardAt: ___, ...rest } = record;
  return rest;
}

/** A slot must be free for the one in doubt: of two users that take turns it has the other's password. */
const mayRenew = ({ fresh, step }: Work): boolean => fresh || !step.turns;

/** A password in place of one that was turned down. One that may have been taken after all is kept, as the previous. */
async function renewed({ rotation, step, change, fresh }: Work, record: Record): Promise<Record> {
  rotation.step('the server rejects this password: trying one more');
  const doubted = fresh ? {} : { previous: record.pending as Slot };
  return store(rotation, record, {
    ...record,
    ...doubted,
    pending: newSlot(rotation, step, change.expiresAt),
  });
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
