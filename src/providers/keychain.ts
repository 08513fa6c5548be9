import type { AsyncEntry } from '@napi-rs/keyring';
import type { Context } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import type { Record } from '../profiles/record.ts';
import { decode } from './codec.ts';
import type { Hooks } from './hooks.ts';
import { dropOldEntries, loadBinary, openEntry } from './keychain/binary.ts';
import { bounded } from './keychain/bounded.ts';
import { probeBus } from './keychain/bus.ts';
import { busError, explain, keychainError } from './keychain/errors.ts';
import { turns } from './keychain/turns.ts';
import type { Access } from './keychain/write.ts';
import type { Provider, Ref } from './provider.ts';

const places: { readonly [platform: string]: string } = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
};

/** Milliseconds within which a bus that works answers, even on a machine that is busy. */
const busTimeout = 4_500;

/**
 * The keychain of the system: one entry a profile, service `dbcreds`, account `project/name` or `name`. On the path of
 * `run`: what only writing needs is loaded then.
 */
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
    const text = await this.#use(ref, (entry) => entry.getPassword());
    if (text !== null) return decode(text, ref.id);
    const { nameState } = await import('./keychain/stored-names.ts');
    if (nameState(this.#context, ref.id) === 'stored') throw keychainError('KEYCHAIN_ENTRY_GONE', ref);
    return undefined;
  }

  /** The text of an entry of service `dbcreds` that another program made. */
  foreign(account: string): Promise<string | null> {
    const ref = { id: account, variable: '', target: '', production: false };
    return this.#use(ref, (entry) => entry.getPassword());
  }

  /** Also where the entry of a name has gone: it counts as none. */
  async set(ref: Ref, record: Record, expectedRevision: number | undefined): Promise<void> {
    const { setEntry } = await import('./keychain/write.ts');
    return setEntry(this.#access, ref, record, expectedRevision);
  }

  /** An entry that cannot be understood is deleted whatever its revision; so is the name of one that has gone. */
  async delete(ref: Ref, expectedRevision: number): Promise<boolean> {
    const { deleteEntry } = await import('./keychain/write.ts');
    return deleteEntry(this.#access, ref, expectedRevision);
  }

  get #access(): Access {
    const use: Access['use'] = (ref, work) => this.#use(ref, work);
    return { context: this.#context, terminal: this.#hooks.terminal, use };
  }

  #use<T>(ref: Ref, work: (entry: AsyncEntry) => Promise<T>): Promise<T> {
    return turns.take(() => this.#reach(ref, work), isFinal);
  }

  /** One entry for each access. */
  async #reach<T>(ref: Ref, work: (entry: AsyncEntry) => Promise<T>): Promise<T> {
    if (this.#refused) throw this.#refused;
    const call = { pending: false };
    try {
      return await bounded(this.#open(ref, work, call), {
        ms: this.#hooks.terminal ? 60_000 : 5_000,
        waiting: () => this.#hooks.waiting('waiting for the keychain'),
        late: () => keychainError('KEYCHAIN_SILENT', ref, undefined, call.pending),
      });
    } catch (error) {
      const ours = explain(error, ref);
      if (isFinal(ours)) this.#refused = ours;
      throw ours;
    }
  }

  async #open<T>(ref: Ref, work: (entry: AsyncEntry) => Promise<T>, call: { pending: boolean }): Promise<T> {
    const probe = process.platform in places ? 'answers' : probeBus(this.#context.env, busTimeout);
    // While the bus is asked.
    const binary = loadBinary();
    const refusal = busError(await probe, ref);
    if (refusal) throw refusal;
    await dropOldEntries();
    call.pending = true;
    const answer = work(openEntry(binary, ref.id));
    this.#hooks.meanwhile?.();
    return answer;
  }
}

/** Asking again at once would get the same answer, or one more window that asks for a password. */
const isFinal = (error: unknown): boolean =>
  error instanceof DbcredsError && /^KEYCHAIN_(MISSING|LOCKED|SILENT)$/.test(error.code);
