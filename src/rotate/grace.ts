import { serverCode } from '../connect/failure.ts';
import { DbcredsError } from '../errors.ts';
import type { Record } from '../profiles/record.ts';
import { accountName, plainQuoting, quote } from './account.ts';
import type { Line, Logins } from './logins.ts';
import { currentRefused, needsAdmin, oldAccepted } from './refusals.ts';
import type { Rotation } from './rotation.ts';
import { nativeHash } from './verifier.ts';

/** Whether the server is to take the previous password too, be it for a while longer or for too long already. */
export function inGrace(record: Record): boolean {
  return record.pending === undefined && record.previous !== undefined && record.discardAt !== undefined;
}

/**
 * Has the server take the current password alone.
 *
 * @returns the record without the previous one; as it was where there was no grace
 * @throws DbcredsError `OLD_ACCEPTED` where the old one still works, `NEEDS_ADMIN`
 */
export async function endGrace(rotation: Rotation, logins: Logins, record: Record): Promise<Record> {
  const { previous } = record;
  if (!inGrace(record) || !previous) return record;
  rotation.step('having the server discard the old password');
  const own = await logins.enter(record.current);
  if (!own) throw currentRefused(rotation.profile);
  try {
    await discard(rotation, logins, own, record);
  } finally {
    await own.session.close();
  }
  if (await logins.accepts(previous))
    throw oldAccepted(rotation.profile, 'the server still accepts the old one');
  const { previous: _, discardAt: __, ...after } = record;
  await rotation.store.set(after, record.revision);
  return { ...after, revision: record.revision + 1 };
}

async function discard(rotation: Rotation, logins: Logins, own: Line, record: Record): Promise<void> {
  const { profile } = rotation;
  // It knows one password: to see the old one refused is all there is to do.
  if (profile.target.engine === 'postgresql') return;
  const by = (await logins.enterAdmin()) ?? own;
  try {
    await by.session.query(plainQuoting);
    if (profile.target.engine === 'mysql')
      await by.session.query(
        `ALTER USER ${by === own ? 'USER()' : accountName(own.account)} DISCARD OLD PASSWORD`,
      );
    else {
      // A hash of the password that has just logged in.
      const hash = quote(nativeHash(record.current.password));
      await by.session.query(
        `ALTER USER ${accountName(own.account)} IDENTIFIED VIA mysql_native_password USING ${hash}`,
      );
    }
  } catch (error) {
    if (error instanceof DbcredsError && serverCode(error) === '1227')
      throw needsAdmin(profile, 'the account may not discard its old password itself', ' --finish');
    throw error;
  } finally {
    if (by !== own) await by.session.close();
  }
}
