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
  // Of two users that take turns the previous slot is the other's, and stays valid.
  const { turns } = promotion.step;
  const discardAt = doubt === undefined ? record.discardAt : turns ? undefined : rotation.now;
  rotation.step(`storing it as the current one in ${rotation.store.place}`);
  const stored = await write(rotation, record, pending, discardAt);
  if (doubt !== undefined && turns) rotation.warn(`${promotion.step.user} has a new password, but ${doubt}`);
  else if (doubt !== undefined) throw oldAccepted(rotation.profile, doubt);
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

/**
 * What is to be written over a record, whatever another writer has made of it meanwhile: a password that somebody stored is
 * not ours to throw away.
 *
 * @returns the very same record where somebody else has done it already
 */
function after(rotation: Rotation, base: Record, pending: Slot, discardAt: number | undefined): Record {
  if (isSame(base.pending, pending)) return promoted(rotation, base, pending, { discardAt });
  if (isSame(base.current, pending)) return base;
  const unpushed = rotation.pushes.length > 0 ? { unpushed: rotation.pushes } : {};
  return { ...base, current: pending, previous: base.current, ...unpushed };
}

const isSame = (one: Slot | undefined, other: Slot): boolean =>
  one !== undefined && one.user === other.user && one.password.equals(other.password);

/** The new password works, so that it is written down whatever another writer made of the record meanwhile. */
async function write(
  rotation: Rotation,
  record: Record,
  pending: Slot,
  discardAt: number | undefined,
): Promise<Record> {
  let base: Record | undefined = record;
  for (let tries = 1; ; tries++) {
    const next = base
      ? after(rotation, base, pending, discardAt)
      : promoted(rotation, record, pending, { discardAt });
    if (next === base) return base;
    try {
      await rotation.store.set(next, base?.revision);
    } catch (error) {
      const conflict = error instanceof DbcredsError && error.code === 'CONFLICT';
      if (!conflict || tries === patience) throw error;
    }
    // Where a lock does not reach every writer (a container's own network, a shared home), the last one wins in silence.
    base = await stored(rotation);
    if (base && isSame(base.current, pending)) return base;
    if (tries === patience)
      throw new DbcredsError('CONFLICT', { message: 'another process keeps writing the same record' });
  }
}

/** @returns `undefined` where somebody has removed it, who cannot have known of the password that holds since */
async function stored(rotation: Rotation): Promise<Record | undefined> {
  try {
    return await rotation.store.get();
  } catch (error) {
    if (!(error instanceof DbcredsError && /^(NO_CREDENTIAL|KEYCHAIN_ENTRY_GONE)$/.test(error.code)))
      throw error;
    const { id, place } = rotation.store;
    rotation.warn(
      `${id} was removed from ${place} meanwhile, and is stored again: the server has a new password (to use it from here: dbcreds trust ${rotation.profile.name})`,
    );
    return undefined;
  }
}
