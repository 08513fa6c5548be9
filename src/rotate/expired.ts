import type { Logins } from './logins.ts';
import { roleOf } from './proof.ts';
import type { Rotation } from './rotation.ts';
import type { Step } from './step.ts';

/**
 * The step with what can be looked at. PostgreSQL lets nobody in past a role's `VALID UNTIL`, and says "wrong password"
 * (28P01): whether it was the right one cannot be seen then. An admin who sets a new date may change it all the same.
 */
export async function visible(rotation: Rotation, logins: Logins, step: Step): Promise<Step> {
  const { profile, admin, choices, warn } = rotation;
  const rescue = profile.target.engine === 'postgresql' && admin && choices.validUntil !== undefined;
  if (!rescue || !step.replaced) return step;
  const role = roleOf(profile, step.user);
  if (!(await hasExpired(logins, role))) return step;
  warn(`${role} has expired on the server: whether the stored password is its own could not be seen`);
  const { replaced: _, ...blind } = step;
  return blind;
}

async function hasExpired(logins: Logins, role: string): Promise<boolean> {
  const line = await logins.enterAdmin();
  if (!line) return false;
  try {
    const [row] = await line.session.query(
      'SELECT rolvaliduntil < now() AS expired FROM pg_catalog.pg_roles WHERE rolname = $1',
      [role],
    );
    return row?.expired === true;
  } finally {
    await line.session.close();
  }
}
