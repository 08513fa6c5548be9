import { randomHex } from '../digest.ts';
import { DbcredsError, withNote } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';
import { assertFits } from '../providers/codec.ts';
import { type Change, type Form, Moved, NotChanged } from './change.ts';
import type { Logins } from './logins.ts';
import { openChange } from './open.ts';
import { generatePassword } from './password.ts';
import { promote } from './promote.ts';
import { currentRefused, plaintextSql, raced, rejected, unfinished } from './refusals.ts';
import { type Rotation, userOf } from './rotation.ts';
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
  const step = stepOf(rotation, record);
  const grace = step.turns ? undefined : choices.grace;
  const discardAt = grace === undefined ? undefined : now + grace;
  rotation.step(`logging in as ${userOf(rotation, record.current)}`);
  const change = await openChange(rotation, logins, record.current, step, discardAt);
  try {
    if (step.turns && !(await logins.accepts(record.current))) throw currentRefused(profile);
    rotation.step(`storing a new password as pending in ${rotation.store.place}`);
    const next = {
      ...record,
      pending: newSlot(rotation, step),
      rotationId: randomHex(8),
      ...(discardAt === undefined ? {} : { discardAt }),
    };
    // A store that has no room for what promotion leaves would refuse it when the server has changed already.
    assertFits({ ...next, unpushed: rotation.pushes });
    const begun = await store(rotation, record, next);
    return await carryOut({ rotation, logins, step, change, fresh: true }, begun);
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
  const step = stepOf(rotation, record);
  rotation.step('a change was cut off: logging in with the new password');
  if (await logins.accepts(pending)) return promote({ rotation, logins, step }, record);
  rotation.step('the server has not taken it: logging in with the old password');
  const holding = await restored(rotation, logins, record, step);
  const change = await openChange(
    rotation,
    logins,
    holding.current,
    stepOf(rotation, holding),
    holding.discardAt,
  );
  try {
    return await carryOut(
      { rotation, logins, step: stepOf(rotation, holding), change, fresh: false },
      holding,
    );
  } catch (error) {
    if (!(error instanceof Moved)) throw error;
    return secondLook(rotation, logins, holding, pending);
  } finally {
    await change.close();
  }
}

/** Between our look and the lock the password has changed: a commit of ours that was under way is what explains it. */
async function secondLook(
  rotation: Rotation,
  logins: Logins,
  record: Record,
  pending: Slot,
): Promise<Record> {
  rotation.step('it has by now: logging in with the new password');
  logins.forget(pending);
  if (!(await logins.accepts(pending)))
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

interface Work {
  readonly rotation: Rotation;
  readonly logins: Logins;
  readonly step: Step;
  readonly change: Change;
  /** Whether nobody has ever sent this pending password to the server. */
  readonly fresh: boolean;
}

async function carryOut(work: Work, record: Record): Promise<Record> {
  const { rotation, logins, step } = work;
  rotation.step('changing it on the server');
  const changed = await tryHard(work, record);
  rotation.step('logging in with the new password');
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

function newSlot({ profile, choices, now }: Rotation, { user }: Step): Slot {
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
async function store({ store }: Rotation, before: Record, after: Record): Promise<Record> {
  await store.set(after, before.revision);
  return { ...after, revision: before.revision + 1 };
}
