import { login } from '../connect/login.ts';
import { DbcredsError } from '../errors.ts';
import type { Record } from '../profiles/record.ts';
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
    await afterwards(rotation, logins, record);
    return { record: await push(rotation, pushes, record), how: before.pending ? 'finished' : 'rotated' };
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

/** What is left to do and to look at once the new password is in force. */
async function afterwards(rotation: Rotation, logins: Logins, record: Record): Promise<void> {
  const { choices, profile } = rotation;
  if (choices.terminate) {
    rotation.step("ending the account's other sessions");
    const line = await logins.enter(record.current);
    if (!line) throw currentRefused(profile);
    await endOtherSessions(line.session, profile.target.engine);
    await line.session.close();
  }
  await tryDoor(rotation, record);
}

/** A pooler with a list of users of its own has to be told, and a copy that lags behind will follow. */
async function tryDoor(rotation: Rotation, { current }: Record): Promise<void> {
  if (!rotation.door) return;
  const endpoint = rotation.door(userOf(rotation, current));
  try {
    const session = await login(endpoint, current.password, { timeoutMs: patience, once: true });
    await session.close();
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    rotation.warn(
      `the server has the new password, but ${endpoint.host}:${endpoint.port} does not take it (${error.code}): a pooler has to be told, a replica will follow`,
    );
  }
}
