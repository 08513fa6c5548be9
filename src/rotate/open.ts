import { showDate } from '../profiles/duration.ts';
import type { Slot } from '../profiles/record.ts';
import type { Change } from './change.ts';
import type { Line, Logins } from './logins.ts';
import { openMysql, type Parties, revive } from './open-mysql.ts';
import { PostgresqlChange } from './postgresql.ts';
import { roleOf } from './proof.ts';
import { currentRefused, needsAdmin, noGrace } from './refusals.ts';
import { assertAlike } from './roles.ts';
import { type Rotation, userOf } from './rotation.ts';
import type { Step } from './step.ts';

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
  if (!admin && choices.validUntil !== undefined)
    throw needsAdmin(profile, 'only an admin can set when an account expires', ' --valid-until SPAN');
  if (!admin && !step.replaced) throw needsAdmin(profile, `nobody knows the password of ${step.user}`);
  const lines: Line[] = [];
  let kept: Line | undefined;
  try {
    const own = await ownLine(rotation, logins, step);
    if (own) lines.push(own);
    const by = (await logins.enterAdmin()) ?? own;
    if (!by) throw currentRefused(profile);
    if (by !== own) lines.push(by);
    if (step.turns && !step.replaced)
      await assertAlike(profile, by.session, userOf(rotation, current), step.user);
    const open = profile.target.engine === 'postgresql' ? openPostgresql : openMysql;
    const change = await open(rotation, { by, own }, step, discardAt);
    kept = by;
    return change;
  } finally {
    for (const line of lines) if (line !== kept) await line.session.close();
  }
}

/** The account's own login, which shows that its stored password holds. */
export async function ownLine(rotation: Rotation, logins: Logins, step: Step): Promise<Line | undefined> {
  if (!step.replaced) return undefined;
  const line = await logins.enter(step.replaced);
  if (!line) throw currentRefused(rotation.profile);
  return line.session.expired && !rotation.admin ? revive(rotation, logins, line, step) : line;
}

async function openPostgresql(
  { profile, admin, choices, now, warn }: Rotation,
  { by, own }: Parties,
  { user }: Step,
  discardAt: number | undefined,
): Promise<Change> {
  if (discardAt !== undefined) throw noGrace(profile, 'a role of PostgreSQL has one password');
  const { validUntil } = choices;
  // Whom the server let in, not what a file says of it.
  const role = own?.account ?? roleOf(profile, user);
  const expiresAt = await validUntilOf(by, role);
  if (expiresAt !== undefined && validUntil === undefined)
    warn(
      `${role} expires on the server on ${showDate(expiresAt)}, whatever its password (--admin, --valid-until)`,
    );
  return new PostgresqlChange(profile, by.session, {
    role: admin && role,
    expiresAt,
    ...(validUntil === undefined ? {} : { validUntil: now + validUntil }),
  });
}

async function validUntilOf({ session }: Line, role: string): Promise<number | undefined> {
  const [row] = await session.query(
    `SELECT extract(epoch FROM rolvaliduntil)::float8 AS until FROM pg_catalog.pg_roles
      WHERE rolname = $1 AND isfinite(rolvaliduntil)`,
    [role],
  );
  return row && Number(row.until) * 1000;
}
