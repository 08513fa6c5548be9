import { serverCode } from '../connect/failure.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import type { Secret } from '../secret.ts';
import { accountName, plainQuoting, quote, readHashes } from './account.ts';
import type { Line, Logins } from './logins.ts';
import { native } from './mariadb.ts';
import { takeLock } from './mysql-change.ts';
import { ownLine } from './open.ts';
import { accountOf } from './open-mysql.ts';
import { currentRefused, lockedElsewhere, needsAdmin, oldAccepted, plaintextSql } from './refusals.ts';
import { type Rotation, userOf } from './rotation.ts';
import { isHashOf, nativeHash } from './verifier.ts';

/** Whether the server is to take the previous password too, be it for a while longer or for too long already. */
export function inGrace(record: Record): boolean {
  return record.pending === undefined && record.previous !== undefined && record.discardAt !== undefined;
}

/**
 * Has the server take the current password alone.
 *
 * @returns the record without the previous one; as it was where there was no grace
 * @throws DbcredsError `OLD_ACCEPTED` where the old one still works, `NEEDS_ADMIN`, `PLAINTEXT_SQL`
 */
export async function endGrace(rotation: Rotation, logins: Logins, record: Record): Promise<Record> {
  const { previous } = record;
  if (!inGrace(record) || !previous) return record;
  rotation.step('seeing whether the server takes the old password still');
  if (await logins.accepts(previous)) {
    await discardAs(rotation, logins, record);
    if (await logins.accepts(previous))
      throw oldAccepted(rotation.profile, 'the server still accepts the old one');
  }
  const { previous: _, discardAt: __, ...after } = record;
  await rotation.store.set(after, record.revision);
  return { ...after, revision: record.revision + 1 };
}

async function discardAs(rotation: Rotation, logins: Logins, record: Record): Promise<void> {
  rotation.step('having the server discard it');
  const user = userOf(rotation, record.current);
  const own = await ownLine(rotation, logins, { user, replaced: record.current, turns: false });
  if (!own) throw currentRefused(rotation.profile);
  try {
    await discard(rotation, logins, own, record);
  } finally {
    await own.session.close();
  }
}

async function discard(rotation: Rotation, logins: Logins, own: Line, { current }: Record): Promise<void> {
  const { profile, choices } = rotation;
  // It knows one password: to see the old one refused is all there is to do.
  if (profile.target.engine === 'postgresql') return;
  const by = (await logins.enterAdmin()) ?? own;
  try {
    await by.session.query(plainQuoting);
    const account = accountName(await accountOf(profile, { by, own }, userOf(rotation, current)));
    if (!(await takeLock(by.session, userOf(rotation, current)))) throw lockedElsewhere(profile);
    // An account whose password has expired is shown nothing.
    const looker = own.session.expired ? by : own;
    await assertFirst(profile, looker, account, current.password);
    if (profile.target.engine === 'mysql')
      await by.session.query(`ALTER USER ${account} DISCARD OLD PASSWORD`);
    else await keepOne(by, account, current.password, choices);
  } catch (error) {
    throw explained(profile, error);
  } finally {
    if (by !== own) await by.session.close();
  }
}

/** Where somebody else's password is the first, ours is the old one that would be discarded. */
async function assertFirst(profile: Profile, looker: Line, account: string, password: Secret): Promise<void> {
  const [hash] = await readHashes(looker.session, account);
  if (hash && isHashOf(hash, password) === false)
    throw oldAccepted(profile, 'another one was set since: it is not ours to discard');
}

/** Leaves an account of MariaDB with the password that has just logged in. */
async function keepOne(
  { session }: Line,
  account: string,
  password: Secret,
  { allowPlaintext }: Rotation['choices'],
): Promise<void> {
  const change = `ALTER USER ${account} IDENTIFIED VIA ${native} USING`;
  try {
    await session.query(`${change} ${quote(nativeHash(password, true))}`);
  } catch (error) {
    if (!allowPlaintext || serverCode(error) !== takesNoHash) throw error;
    await session.query(`${change} PASSWORD(${quote(password.reveal())})`);
  }
}

/** ER_CANNOT_USER, of MariaDB with `strict_password_validation`. */
const takesNoHash = '1396';

function explained(profile: Profile, error: unknown): unknown {
  const code = serverCode(error);
  if (code === '1227')
    return needsAdmin(profile, 'the account may not discard its old password itself', ' --finish');
  if (code === takesNoHash && profile.target.engine === 'mariadb')
    return plaintextSql(profile, 'the server takes no hash', [], ' --finish --allow-plaintext-sql');
  return error;
}
