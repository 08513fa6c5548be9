import type { AsyncEntry } from '@napi-rs/keyring';
import type { Context } from '../../context.ts';
import { withLock } from '../../lock.ts';
import type { Record } from '../../profiles/record.ts';
import { assertFits, decode, encode } from '../codec.ts';
import type { Ref } from '../provider.ts';
import { assertDeletable, assertRevision } from '../revision.ts';
import { busAddress } from './bus.ts';
import { markName } from './stored-names.ts';
import { verifyEntry } from './verify.ts';

/** The keychain as its provider reaches it. */
export interface Access {
  readonly context: Context;
  readonly terminal: boolean;
  /** Opens the entry, bounds the time, and makes all errors ours. */
  use<T>(ref: Ref, work: (entry: AsyncEntry) => Promise<T>): Promise<T>;
}

/** See {@link Provider.set}. Also where the entry of a name has gone: it counts as none. */
export async function setEntry(
  keychain: Access,
  ref: Ref,
  record: Record,
  expectedRevision: number | undefined,
): Promise<void> {
  const next = { ...record, revision: (expectedRevision ?? 0) + 1 };
  assertFits(next);
  await locked(keychain, async () => {
    const text = await keychain.use(ref, async (entry) => {
      const before = await entry.getPassword();
      assertRevision(before === null ? undefined : decode(before, ref.id).revision, expectedRevision, ref);
      const after = encode(next, before ?? undefined);
      if (before === null) await storeFirst(keychain, ref, () => entry.setPassword(after));
      else await entry.setPassword(after);
      return after;
    });
    await verifyEntry(keychain.context, ref, text);
    markName(keychain.context, ref.id, 'stored');
  });
}

async function storeFirst({ context }: Access, ref: Ref, store: () => Promise<void>): Promise<void> {
  markName(context, ref.id, 'storing');
  try {
    await store();
  } catch (error) {
    markName(context, ref.id, undefined);
    throw error;
  }
}

/** See {@link Provider.delete}. A name whose entry has gone is forgotten. */
export function deleteEntry(keychain: Access, ref: Ref, expectedRevision: number): Promise<boolean> {
  const remove = async (entry: AsyncEntry): Promise<boolean> => {
    const before = await entry.getPassword();
    if (before !== null) {
      assertDeletable(() => decode(before, ref.id), expectedRevision, ref);
      markName(keychain.context, ref.id, 'removing');
      await entry.deleteCredential();
    }
    markName(keychain.context, ref.id, undefined);
    return before !== null;
  };
  return locked(keychain, () => keychain.use(ref, remove));
}

function locked<T>({ context, terminal }: Access, work: () => Promise<T>): Promise<T> {
  // Another holder may have a prompt open.
  const timeoutMs = terminal ? 65_000 : 10_000;
  const name = `keychain ${busAddress(context.env) ?? ''}`;
  return withLock(name, { what: 'the keychain', folder: context.folders.state, timeoutMs }, work);
}
