import { login, type Session } from '../connect/login.ts';
import { DbcredsError } from '../errors.ts';
import type { Address } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import { prove } from './proof.ts';
import { type Rotation, userOf } from './rotation.ts';

/** How long one look at the server, or one statement, may take, in milliseconds. */
export const patience = 10_000;

/** A logged-in connection to the server itself. */
export interface Line {
  readonly session: Session;
  /** PostgreSQL: the role. Else `user@host` as the server matched it; empty where it would not say. */
  readonly account: string;
}

/**
 * The logins of one command. A password that the server called wrong is not tried again: accounts lock. All connections
 * after the first go to the address where that one went, since a name may stand for several servers.
 */
export class Logins {
  readonly #rotation: Rotation;
  readonly #wrong: Slot[] = [];
  #address: Address | undefined;

  constructor(rotation: Rotation) {
    this.#rotation = rotation;
  }

  /**
   * @returns `undefined` where the server says "wrong password", which alone means that
   * @throws DbcredsError for all else: a server that did not ask, a pooler, a standby, another account
   */
  async enter(slot: Slot): Promise<Line | undefined> {
    if (this.#wrong.some((one) => this.#same(one, slot))) return undefined;
    const endpoint = this.#rotation.server(userOf(this.#rotation, slot));
    try {
      const session = await login(this.#pinned(endpoint), slot.password, {
        timeoutMs: patience,
        once: true,
        expired: true,
      });
      this.#address ??= session.address;
      return await proven(session, () => prove(session, this.#rotation, userOf(this.#rotation, slot)));
    } catch (error) {
      if (!(error instanceof DbcredsError) || error.code !== 'WRONG_PASSWORD') throw error;
      this.#wrong.push(slot);
      return undefined;
    }
  }

  /** Lets a password be tried once more, since the server has changed what it takes. */
  forget(slot: Slot): void {
    const at = this.#wrong.findIndex((one) => this.#same(one, slot));
    if (at >= 0) this.#wrong.splice(at, 1);
  }

  /** Whether a password is accepted. */
  async accepts(slot: Slot): Promise<boolean> {
    const line = await this.enter(slot);
    await line?.session.close();
    return line !== undefined;
  }

  /** Logs the admin in. How it proves itself is its own matter. */
  async enterAdmin(): Promise<Line | undefined> {
    const { admin } = this.#rotation;
    if (!admin) return undefined;
    const session = await login(this.#pinned(admin.endpoint), admin.slot.password, {
      timeoutMs: patience,
      once: true,
    });
    this.#address ??= session.address;
    return proven(session, () => prove(session, this.#rotation));
  }

  #pinned<T extends { dial: Address }>(endpoint: T): T {
    return this.#address ? { ...endpoint, dial: this.#address } : endpoint;
  }

  #same(one: Slot, other: Slot): boolean {
    const user = (slot: Slot): string => userOf(this.#rotation, slot);
    return user(one) === user(other) && one.password.equals(other.password);
  }
}

async function proven(session: Session, prove: () => Promise<string>): Promise<Line> {
  try {
    return { session, account: await prove() };
  } catch (error) {
    await session.close();
    throw error;
  }
}
