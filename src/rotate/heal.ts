import type { Endpoint } from '../connect/endpoint.ts';
import { login } from '../connect/login.ts';
import { DbcredsError } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';

/** How long one look at the server may take, in milliseconds. */
const patience = 10_000;

/**
 * The password that works, for a record whose rotation was cut off. Only "wrong password" moves on to the next slot; after
 * anything else nothing is known. At most one login a slot: accounts lock.
 *
 * @param endpointFor where to log in, as the slot's user
 * @throws DbcredsError `ROTATION_UNFINISHED`
 */
export async function workingSlot(record: Record, endpointFor: (slot: Slot) => Endpoint): Promise<Slot> {
  for (const slot of [record.current, record.pending, record.previous]) {
    if (slot && (await accepts(endpointFor(slot), slot))) return slot;
  }
  throw unfinished(endpointFor(record.current), 'the server accepts none of the stored passwords');
}

async function accepts(endpoint: Endpoint, slot: Slot): Promise<boolean> {
  try {
    const session = await login(endpoint, slot.password, { timeoutMs: patience });
    await session.close();
    return true;
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    if (error.code === 'WRONG_PASSWORD') return false;
    // It was let in, and stopped behind the door.
    if (error.code === 'PASSWORD_EXPIRED' || error.code === 'NO_DATABASE') return true;
    throw unfinished(endpoint, error.message);
  }
}

function unfinished({ name }: Endpoint, why: string): DbcredsError {
  return new DbcredsError('ROTATION_UNFINISHED', {
    message: `a change of this password was cut off, and it is not known which one holds: ${why}`,
    note: 'Nothing was started, and nothing that is stored was changed.',
    hints: [
      ['try again, and see the cause:', `dbcreds test ${name}`],
      ['store the one that holds:', `dbcreds add ${name}`],
    ],
  });
}
