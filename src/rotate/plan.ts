import type { Slot } from '../profiles/record.ts';
import { visible } from './expired.ts';
import { Logins } from './logins.ts';
import { openChange } from './open.ts';
import type { Push } from './push.ts';
import { type Rotation, userOf } from './rotation.ts';
import { type Step, stepOf } from './step.ts';

/**
 * What a rotation would do, after a login that changes nothing.
 *
 * @returns a line each: what is done here, and the statements
 */
export async function plan(rotation: Rotation, pushes: Push): Promise<string[]> {
  const { store, choices, now, profile } = rotation;
  const logins = new Logins(rotation);
  const record = await store.get();
  const step = await visible(rotation, logins, stepOf(rotation, record));
  const grace = step.turns ? undefined : choices.grace;
  const discardAt = record.pending ? record.discardAt : grace === undefined ? undefined : now + grace;
  const statements = await statementsOf(rotation, logins, record.current, step, discardAt);
  return [
    ...(record.pending ? ['finish the rotation that was cut off, with the password that it began with'] : []),
    `log in as ${userOf(rotation, record.current)}`,
    `store a new password as pending in ${store.place}`,
    ...statements,
    `log in as ${step.user} with the new password`,
    ...(discardAt === undefined
      ? step.replaced
        ? ['see the old password refused']
        : []
      : ['keep the old password, for now']),
    `store it as the current one of ${profile.id}`,
    ...pushes.commands.map(([command]) => `tell ${command}`),
  ];
}

/** An account whose password has expired says nothing of itself until that is changed, which a plan must not do. */
async function statementsOf(
  rotation: Rotation,
  logins: Logins,
  current: Slot,
  step: Step,
  discardAt: number | undefined,
): Promise<readonly string[]> {
  const line = step.replaced && (await logins.enter(step.replaced));
  await line?.session.close();
  if (line?.session.expired && !rotation.admin)
    return ['set the old password once more, which has expired on the server', 'change it on the server'];
  const change = await openChange(rotation, logins, current, step, discardAt);
  await change.close();
  return change.plan;
}
