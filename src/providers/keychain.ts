import type { AsyncEntry } from '@napi-rs/keyring';
import type { Context } from '../context.ts';
import type { DbcredsError } from '../errors.ts';
import { withLock } from '../lock.ts';
import type { Record } from '../profiles/record.ts';
import { assertFits, decode, encode } from './codec.ts';
import type { Hooks } from './hooks.ts';
import { dropOldEntries, loadBinary, openEntry } from './keychain/binary.ts';
import { bounded } from './keychain/bounded.ts';
import { busAddress, probeBus } from './keychain/bus.ts';
import { busError, explain, keychainError } from './keychain/errors.ts';
import { markName, nameState } from './keychain/stored-names.ts';
import { verifyEntry } from './keychain/verify.ts';
import type { Provider, Ref } from './provider.ts';
import { assertDeletable, assertRevision } from './revision.ts';

const places: { readonly [platform: string]: string } = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
};

/** Milliseconds within which a bus that works answers, even on a machine that is busy. */
const busTimeout = 4_500;

/** The keychain of the system: one entry a profile, service `dbcreds`, account `project/name` or `name`. */
export class Keychain implements Provider {
  readonly name = 'keychain';
  readonly place: string = places[process.platform] ?? 'Secret Service';
  readonly durable = true;
  readonly writable = true;
  readonly #context: Context;
  readonly #hooks: Hooks;
  /** The first refusal counts for all that follows: no second prompt for the next profile. */
  #refused: DbcredsError | undefined;

  constructor(context: Context, hooks: Hooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  async get(ref: Ref): Promise<Record | undefined> {
    const text = await this.#access(ref, (entry) => entry.getPassword());
    if (text !== null) return decode(text, ref.id);
    if (nameState(this.#context, ref.id) === 'stored') throw keychainError('KEYCHAIN_ENTRY_GONE', ref);
    return undefined;
  }

  /** Also where the entry of a name has gone: it counts as none. */
  async set(ref: Ref, record: Record, expectedRevision: number | undefined): Promise<void> {
    const next = { ...record, revision: (expectedRevision ?? 0) + 1 };
    assertFits(next);
    await this.#locked(async () => {
      const text = await this.#access(ref, (entry) => this.#replace(entry, ref, next, expectedRevision));
      await verifyEntry(this.#context, ref, text);
      markName(this.#context, ref.id, 'stored');
    });
  }

  async #replace(entry: AsyncEntry, ref: Ref, next: Record, expected: number | undefined): Promise<string> {
    const before = await entry.getPassword();
    assertRevision(before === null ? undefined : decode(before, ref.id).revision, expected, ref);
    const text = encode(next, before ?? undefined);
    if (before === null) markName(this.#context, ref.id, 'storing');
    try {
      await entry.setPassword(text);
    } catch (error) {
      if (before === null) markName(this.#context, ref.id, undefined);
      throw error;
    }
    return text;
  }

  /** An entry that cannot be understood is deleted whatever its revision; so is the name of one that has gone. */
  async delete(ref: Ref, expectedRevision: number): Promise<boolean> {
    return this.#locked(() => this.#access(ref, (entry) => this.#remove(entry, ref, expectedRevision)));
  }

  async #remove(entry: AsyncEntry, ref: Ref, expected: number): Promise<boolean> {
    const before = await entry.getPassword();
    if (before !== null) {
      assertDeletable(() => decode(before, ref.id), expected, ref);
      markName(this.#context, ref.id, 'removing');
      await entry.deleteCredential();
    }
    markName(this.#context, ref.id, undefined);
    return before !== null;
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    const { folders, env } = this.#context;
    return withLock(
      `keychain ${busAddress(env) ?? ''}`,
      // Another holder may have a prompt open.
      { what: 'the keychain', folder: folders.state, timeoutMs: this.#hooks.terminal ? 65_000 : 10_000 },
      work,
    );
  }

  /** One entry for each access, and all errors made ours. */
  async #access<T>(ref: Ref, use: (entry: AsyncEntry) => Promise<T>): Promise<T> {
    if (this.#refused) throw this.#refused;
    const call = { pending: false };
    try {
      return await bounded(this.#open(ref, use, call), {
        ms: this.#hooks.terminal ? 60_000 : 5_000,
        waiting: () => this.#hooks.waiting('waiting for the keychain'),
        late: () => keychainError('KEYCHAIN_SILENT', ref, undefined, call.pending),
      });
    } catch (error) {
      const ours = explain(error, ref);
      if (/^KEYCHAIN_(MISSING|LOCKED|SILENT)$/.test(ours.code)) this.#refused = ours;
      throw ours;
    }
  }

  async #open<T>(ref: Ref, use: (entry: AsyncEntry) => Promise<T>, call: { pending: boolean }): Promise<T> {
    if (!(process.platform in places)) {
      const refusal = busError(await probeBus(this.#context.env, busTimeout), ref);
      if (refusal) throw refusal;
    }
    await dropOldEntries();
    call.pending = true;
    return use(openEntry(loadBinary(), ref.id));
  }
}
