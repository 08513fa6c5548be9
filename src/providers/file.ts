import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { atomicWrite, readPrivate } from '../files.ts';
import { withLock } from '../lock.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { assertFits, fromStored, type StoredRecord, toStored } from './codec.ts';
import { emptyDocument, storedIn, withRecord } from './file/document.ts';
import { type Opened, Opener } from './file/opener.ts';
import type { Hooks } from './hooks.ts';
import type { Provider, Ref } from './provider.ts';
import { assertDeletable, assertRevision } from './revision.ts';

/** The profile's file, else the user's own. */
export function agePath(profile: Profile, context: Context): string {
  return profile.filePath ?? ownFile(context);
}

/** The user's own file. */
export function ownFile(context: Context): string {
  return join(context.folders.data, 'credentials.age');
}

/** All records in one `age` file. */
export class AgeFile implements Provider {
  readonly name = 'file';
  readonly place: string;
  /** In a git work tree a checkout may bring an older file back. */
  readonly durable: boolean;
  readonly writable = true;
  readonly #context: Context;
  readonly #opener: Opener;
  /** Each opening costs: the same bytes are opened once. */
  #last: { readonly data: Buffer; readonly opened: Opened } | undefined;

  constructor(path: string, context: Context, hooks: Hooks) {
    this.place = path;
    this.durable = !isInWorkTree(path);
    this.#context = context;
    this.#opener = new Opener(path, context, hooks);
  }

  async get(ref: Ref): Promise<Record | undefined> {
    const stored = storedOf(await this.#read(), ref);
    return stored === undefined ? undefined : fromStored(stored, ref.id);
  }

  async set(ref: Ref, record: Record, expectedRevision: number | undefined): Promise<void> {
    const next = { ...record, revision: (expectedRevision ?? 0) + 1 };
    assertFits(next);
    // What has to be asked is asked before others have to wait.
    if (!(await this.#read())) await this.#opener.create(emptyDocument);
    await this.#locked(async () => {
      const opened = await this.#read();
      const old = storedOf(opened, ref);
      assertRevision(old === undefined ? undefined : fromStored(old, ref.id).revision, expectedRevision, ref);
      await this.#write(opened ?? (await this.#opener.create(emptyDocument)), ref, toStored(next, old));
    });
  }

  /** A record that cannot be understood is deleted whatever its revision. */
  async delete(ref: Ref, expectedRevision: number): Promise<boolean> {
    await this.#read();
    return this.#locked(async () => {
      const opened = await this.#read();
      const old = storedOf(opened, ref);
      if (!opened || old === undefined) return false;
      assertDeletable(() => fromStored(old, ref.id), expectedRevision, ref);
      await this.#write(opened, ref, undefined);
      return true;
    });
  }

  async #read(): Promise<Opened | undefined> {
    // git keeps no rights but the executable's: a committed file is readable for all in every checkout.
    const data = readPrivate(this.place, !this.durable);
    if (data === undefined) return undefined;
    if (!this.#last?.data.equals(data)) this.#last = { data, opened: await this.#opener.open(data) };
    return this.#last.opened;
  }

  /** Once renamed and synced, every process reads the new file. */
  async #write(opened: Opened, ref: Ref, record: StoredRecord | undefined): Promise<void> {
    const document = withRecord(opened.document, ref.id, record);
    atomicWrite(this.place, await this.#opener.close(opened, document));
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = { what: this.place, folder: this.#context.folders.state, timeoutMs: 10_000 };
    return withLock(`file ${realPath(this.place)}`, lock, work);
  }
}

const storedOf = (opened: Opened | undefined, ref: Ref): unknown =>
  opened && storedIn(opened.document, ref.id);

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function isInWorkTree(path: string): boolean {
  const folder = dirname(resolve(path));
  return existsSync(join(folder, '.git')) || (folder !== dirname(folder) && isInWorkTree(folder));
}
