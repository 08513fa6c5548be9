import { login } from '../connect/login.ts';
import { DbcredsError, withNote } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';
import { endGrace } from './grace.ts';
import { locked } from './locked.ts';
import { Logins, patience } from './logins.ts';
import { begin, resume } from './protocol.ts';
import { type Push, push } from './push.ts';
import { currentRefused } from './refusals.ts';
import { type Rotation, userOf } from './rotation.ts';
import { endOtherSessions } from './terminate.ts';

/** How long a rotation waits for another one of the same record on this machine, in milliseconds. */
const turn = 30_000;

/** What became of a rotation. */
export interface Outcome {
  readonly record: Record;
  /** `finished`: what an earlier command had begun. `nothing`: there was nothing to finish. */
  readonly how: 'rotated' | 'finished' | 'nothing';
}

/**
 * Changes a password on the server and in its store, or finishes the change that was cut off before.
 *
 * @throws DbcredsError; whatever it is, the record tells the next command what may hold
 */
export function rotate(rotation: Rotation, pushes: Push): Promise<Outcome> {
  return locked(rotation, turn, async () => {
    const logins = new Logins(rotation);
    const before = await rotation.store.get();
    const record = before.pending
      ? await resume(rotation, logins, before)
      : await begin(rotation, logins, await endGrace(rotation, logins, before));
    const tried = await tryDoor(rotation, record, before.current);
    if (rotation.choices.terminate) await terminate(rotation, logins, tried);
    return { record: await push(rotation, pushes, tried), how: before.pending ? 'finished' : 'rotated' };
  });
}

/** Finishes whatever is left of earlier rotations, and begins none. */
export function finish(rotation: Rotation, pushes: Push): Promise<Outcome> {
  return locked(rotation, turn, async () => {
    const logins = new Logins(rotation);
    const before = await rotation.store.get();
    const whole = before.pending
      ? await resume(rotation, logins, before)
      : await endGrace(rotation, logins, before);
    const record = await push(rotation, pushes, whole);
    return { record, how: record.revision === before.revision ? 'nothing' : 'finished' };
  });
}

/** Whoever was let in with the old password has to come again. */
async function terminate(rotation: Rotation, logins: Logins, { current }: Record): Promise<void> {
  const { profile, step } = rotation;
  step("ending the account's other sessions");
  const line = await logins.enter(current);
  if (!line) throw currentRefused(profile);
  try {
    await endOtherSessions(line.session, profile.target.engine);
  } catch (error) {
    throw error instanceof DbcredsError ? withNote(error, 'The new password holds, and is stored.') : error;
  } finally {
    await line.session.close();
  }
}

/**
 * A pooler with a list of users of its own has to be told, and a copy that lags behind will follow. Where programs come in
 * by another account of the same name, the old password is theirs, and is kept.
 */
async function tryDoor(rotation: Rotation, record: Record, old: Slot): Promise<Record> {
  if (!rotation.door) return record;
  const endpoint = rotation.door(userOf(rotation, record.current));
  try {
    const session = await login(endpoint, record.current.password, { timeoutMs: patience, once: true });
    await session.close();
    return record;
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    rotation.warn(
      `the server has the new password, but ${endpoint.host}:${endpoint.port} does not take it (${error.code}): a pooler has to be told, a replica will follow`,
    );
    if (error.code !== 'WRONG_PASSWORD' || record.previous || old.password.equals(record.current.password))
      return record;
    const kept = { ...record, previous: old };
    await rotation.store.set(kept, record.revision);
    return { ...kept, revision: record.revision + 1 };
  }
}
