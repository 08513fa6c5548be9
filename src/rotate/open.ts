import type { Slot } from '../profiles/record.ts';
import { accountName, plainQuoting, readAccount, readRights } from './account.ts';
import type { Change } from './change.ts';
import type { Line, Logins } from './logins.ts';
import { mariadbDialect } from './mariadb.ts';
import { mysqlDialect } from './mysql.ts';
import { MysqlChange } from './mysql-change.ts';
import { PostgresqlChange } from './postgresql.ts';
import { currentRefused, needsAdmin, noGrace, oneStrike } from './refusals.ts';
import { assertAlike } from './roles.ts';
import { type Rotation, userOf } from './rotation.ts';
import type { Step } from './step.ts';

const day = 86_400_000;

/**
 * Logs in as whoever makes the change, and looks whether it can be made.
 *
 * @param current the slot in use, which another one may take turns with
 * @param discardAt with grace: until when the server is to take the old password too
 * @throws DbcredsError where it cannot; nothing was changed
 */
export async function openChange(
  rotation: Rotation,
  logins: Logins,
  current: Slot,
  step: Step,
  discardAt: number | undefined,
): Promise<Change> {
  const { profile, admin, choices } = rotation;
  const own = step.replaced && (await logins.enter(step.replaced));
  if (step.replaced && !own) throw currentRefused(profile);
  try {
    if (!admin && choices.validUntil !== undefined)
      throw needsAdmin(profile, 'only an admin can set when an account expires', ' --valid-until SPAN');
    if (!admin && !own) throw needsAdmin(profile, `nobody knows the password of ${step.user}`);
    const by = (await logins.enterAdmin()) ?? own;
    if (!by) throw currentRefused(profile);
    if (step.turns && !step.replaced)
      await assertAlike(profile, by.session, userOf(rotation, current), step.user);
    const change = await (profile.target.engine === 'postgresql'
      ? postgresql(rotation, by, own, step, discardAt)
      : mysql(rotation, by, own, step, discardAt)
    ).catch(async (error) => {
      await by.session.close();
      throw error;
    });
    if (by !== own) await own?.session.close();
    return change;
  } catch (error) {
    await own?.session.close();
    throw error;
  }
}

async function postgresql(
  { profile, admin, choices, now }: Rotation,
  by: Line,
  own: Line | undefined,
  { user }: Step,
  discardAt: number | undefined,
): Promise<Change> {
  if (discardAt !== undefined) throw noGrace(profile, 'a role of PostgreSQL has one password');
  const { validUntil } = choices;
  // Whom the server let in, not what a file says of it.
  const role = own?.account ?? user;
  return new PostgresqlChange(profile, by.session, {
    role: admin && role,
    ...(validUntil === undefined ? {} : { validUntil: now + validUntil }),
  });
}

async function mysql(
  { profile, admin, choices, warn }: Rotation,
  by: Line,
  own: Line | undefined,
  { user, replaced }: Step,
  discardAt: number | undefined,
): Promise<Change> {
  await by.session.query(plainQuoting);
  const byAdmin = admin !== undefined;
  const account = own?.account || (await findAccount(by, user, byAdmin));
  const looker = own && !own.session.expired ? own : by;
  const found = looker.session.expired ? unseen(account) : await readAccount(looker.session, account);
  if (found.strikes === 1) throw oneStrike(profile);
  if (found.strikes > 0 && discardAt === undefined)
    warn(
      `the server locks ${user} after ${found.strikes} wrong logins, which programs with the old password may reach`,
    );
  const options = {
    account: found,
    rights: looker.session.expired ? none : await readRights(by.session),
    user,
    byAdmin,
    current: replaced?.password,
    grace: discardAt !== undefined,
    allowPlaintext: choices.allowPlaintext ?? false,
    validDays: choices.validUntil && Math.max(1, Math.ceil(choices.validUntil / day)),
  };
  const dialect =
    profile.target.engine === 'mysql'
      ? await mysqlDialect(profile, by.session, options)
      : mariadbDialect(profile, options);
  return new MysqlChange(profile, by.session, dialect);
}

const none = { createUser: false, twoPasswords: false };

/** Behind an expired password the server shows nothing: what its engine has where nobody chose. */
function unseen(account: string) {
  return { name: accountName(account), methods: [], strikes: 0 };
}

/** Where nobody can log in as the account: an admin looks it up; for oneself the name is only a lock's. */
async function findAccount(by: Line, user: string, byAdmin: boolean): Promise<string> {
  if (!byAdmin) return `${user}@%`;
  const rows = await by.session.query('SELECT host FROM mysql.user WHERE user = ?', [user]);
  return `${user}@${String(rows[0]?.host ?? rows[0]?.Host ?? '%')}`;
}
