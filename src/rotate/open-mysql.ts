import { serverCode } from '../connect/failure.ts';
import type { Session } from '../connect/login.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import { plainQuoting, quote, readAccount, readRights } from './account.ts';
import type { Change } from './change.ts';
import type { Line, Logins } from './logins.ts';
import { mariadbDialect } from './mariadb.ts';
import { assertHidden, mysqlDialect } from './mysql.ts';
import { lockName, MysqlChange } from './mysql-change.ts';
import {
  currentRefused,
  lockedElsewhere,
  needsAdmin,
  oneStrike,
  raced,
  severalAccounts,
} from './refusals.ts';
import type { Rotation } from './rotation.ts';
import type { Step } from './step.ts';
import { nativeHash } from './verifier.ts';

const day = 86_400_000;

/** Programs do not reach more wrong logins than that. MariaDB's default is 4,294,967,295. */
const few = 1_000;

/** Who makes a change, and whose it is. */
export interface Parties {
  readonly by: Line;
  /** The account's own login. Absent where nobody knows its password. */
  readonly own: Line | undefined;
}

/** @throws DbcredsError `WRONG_ACCOUNT`, `ONE_STRIKE`, `NEEDS_ADMIN`, `PLUGIN`, `NO_GRACE`, `PLAINTEXT_SQL` */
export async function openMysql(
  { profile, admin, choices, now, warn }: Rotation,
  { by, own }: Parties,
  { user, replaced }: Step,
  discardAt: number | undefined,
): Promise<Change> {
  await by.session.query(plainQuoting);
  const looker = own && !own.session.expired ? own : by;
  const account = await readAccount(looker.session, await accountOf(profile, { by, own }, user));
  if (account.strikes === 1) throw oneStrike(profile);
  if (account.strikes > 0 && account.strikes <= few && discardAt === undefined)
    warn(
      `${user} is locked after ${account.strikes} wrong logins, which programs with the old password may reach`,
    );
  const options = {
    account,
    rights: await readRights(by.session),
    user,
    byAdmin: admin !== undefined,
    current: replaced?.password,
    grace: discardAt !== undefined,
    allowPlaintext: choices.allowPlaintext ?? false,
    validDays: choices.validUntil && Math.max(1, Math.ceil(choices.validUntil / day)),
  };
  const dialect =
    profile.target.engine === 'mysql'
      ? await mysqlDialect(profile, by.session, options)
      : mariadbDialect(profile, options);
  const days = options.validDays ?? account.days;
  return new MysqlChange(profile, by.session, dialect, days && now + days * day);
}

/**
 * The account of a login, as the server matched it. Where nobody can log in, or its password has expired, an admin looks it
 * up: several hosts are several accounts, with a password each.
 *
 * @returns `app@%`
 * @throws DbcredsError `WRONG_ACCOUNT` where it could be another one
 */
export async function accountOf(profile: Profile, { by, own }: Parties, user: string): Promise<string> {
  if (own?.account) return own.account;
  const rows = await by.session.query('SELECT host AS host FROM mysql.user WHERE user = ?', [user]);
  const accounts = rows.map(({ host }) => `${user}@${host}`);
  if (accounts.length > 1) throw severalAccounts(profile, accounts);
  return accounts[0] ?? `${user}@%`;
}

/**
 * Behind an expired password MySQL takes no statement but one that sets a password: no lock, no look at its log settings. So
 * the old password is set once more, which ends that; should the server write it down, it is the one that is about to go.
 *
 * @returns a login that may do all it could before
 * @throws DbcredsError `NEEDS_ADMIN` where the server does not take the old one again
 */
export async function revive(
  rotation: Rotation,
  logins: Logins,
  { session }: Line,
  { replaced }: Step,
): Promise<Line> {
  const { engine } = rotation.profile.target;
  if (!replaced) throw currentRefused(rotation.profile);
  rotation.step('the password has expired on the server: setting it once more, which lifts that in any case');
  const old = quote(replaced.password.reveal());
  try {
    if (engine === 'mysql') assertHidden(rotation.profile, session);
    else await lockExpired(rotation, logins, session, replaced);
    await session.query(
      engine === 'mysql'
        ? `ALTER USER USER() IDENTIFIED BY ${old} REPLACE ${old}`
        : `SET PASSWORD = ${quote(nativeHash(replaced.password, true))}`,
    );
  } catch (error) {
    if (serverCode(error) === undefined) throw error;
    // A history of passwords, or a rule for them that is newer than this one.
    throw needsAdmin(rotation.profile, 'its password has expired, and the server does not take it once more');
  } finally {
    await session.close();
  }
  const line = await logins.enter(replaced);
  if (!line) throw currentRefused(rotation.profile);
  return line;
}

/**
 * MariaDB's `SET PASSWORD` compares nothing, so that a rotation of another machine must be kept out. Of such an account it
 * takes no SELECT: a subquery of two rows makes SET fail (1242) where the lock is not to be had.
 */
async function lockExpired(
  { profile }: Rotation,
  logins: Logins,
  session: Session,
  replaced: Slot,
): Promise<void> {
  try {
    await session.query(
      `SET @dbcreds = IF(GET_LOCK('${lockName(replaced.user ?? profile.target.user)}', 5) = 1, 1, (SELECT 1 UNION SELECT 2))`,
    );
  } catch (error) {
    throw serverCode(error) === undefined ? error : lockedElsewhere(profile);
  }
  if (!(await logins.accepts(replaced))) throw raced(profile);
}
