import { endpointOf, readPems } from '../connect/endpoint.ts';
import { login } from '../connect/login.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import { workingSlot } from '../rotate/heal.ts';
import type { Held } from './hold.ts';

/** How long a login may take, in milliseconds. */
const patience = 10_000;

/** Logs in and out again. @throws DbcredsError with the cause, each told apart */
export async function tryLogin(profile: Profile, slot: Slot): Promise<void> {
  const session = await login(endpointOf(profile, slot.user, readPems(profile.tls)), slot.password, {
    timeoutMs: patience,
  });
  await session.close();
}

/** The slot that the server accepts, of a record whose rotation was cut off. @throws DbcredsError `ROTATION_UNFINISHED` */
export function healed({ profile, record }: Held): Promise<Slot> {
  const pems = readPems(profile.tls);
  return workingSlot(record, ({ user }) => endpointOf(profile, user, pems));
}
