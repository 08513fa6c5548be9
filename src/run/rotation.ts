import type { Endpoint } from '../connect/endpoint.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import { heal } from '../rotate/heal.ts';
import { pushName } from '../rotate/push.ts';
import type { Choices, Rotation } from '../rotate/rotation.ts';
import type { Scene } from './request.ts';
import { endpointFor } from './server.ts';
import { type Held, noCredential, refOf } from './store.ts';

export interface RotationOptions {
  readonly choices?: Choices;
  /** Whose login changes the password. */
  readonly admin?: { readonly held: Held; readonly slot: Slot } | undefined;
  readonly step?: (what: string) => void;
  readonly warn?: (message: string) => void;
}

/** A rotation of what a command holds. */
export function rotationOf(
  { context, terminal }: Pick<Scene, 'context' | 'terminal'>,
  held: Held,
  { choices = {}, admin, step, warn }: RotationOptions = {},
): Rotation {
  const { profile, plain, files } = held;
  const ref = refOf(plain);
  // What was typed for this one command is where it goes.
  const direct = profile.tunnelled && !plain.tunnelled ? undefined : profile.rotation.host;
  const entrance = (user: string): Endpoint => endpointFor(profile, user, files);
  return {
    profile,
    store: {
      place: held.provider.place,
      id: ref.id,
      get: async () => {
        const record = await held.provider.get(ref);
        if (!record) throw noCredential(plain, held.provider);
        return record;
      },
      set: (record, expected) => held.provider.set(ref, record, expected),
    },
    server: (user) => (direct ? { ...entrance(user), ...direct, dial: direct } : entrance(user)),
    door: direct ? entrance : undefined,
    ...(admin && { admin: adminOf(admin.held, admin.slot, direct) }),
    choices,
    pushes: profile.rotation.push.map(pushName),
    now: context.now,
    lockFolder: context.folders.state,
    step: step ?? ((what) => terminal.debug(`${profile.id}: ${what}`)),
    warn: warn ?? ((message) => terminal.say(`dbcreds: warning: ${message}`)),
  };
}

/** The admin's login, on the server whose account it changes. */
function adminOf(
  { profile, files }: Held,
  slot: Slot,
  direct: Profile['rotation']['host'],
): NonNullable<Rotation['admin']> {
  const endpoint = endpointFor(profile, slot.user, files);
  const to = direct ?? profile.rotation.host;
  return { name: profile.name, endpoint: to ? { ...endpoint, ...to, dial: to } : endpoint, slot };
}

/** The password to use, once a rotation that was cut off is finished. @throws DbcredsError `ROTATION_UNFINISHED` */
export function healed(scene: Pick<Scene, 'context' | 'terminal'>, held: Held): Promise<Slot> {
  const { provider, record } = held;
  return heal(rotationOf(scene, held), record, provider.writable && provider.durable);
}
