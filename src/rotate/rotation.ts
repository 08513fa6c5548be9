import type { Endpoint } from '../connect/endpoint.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record, Slot } from '../profiles/record.ts';

/** A rotation's view of the place where its one record lies. */
export interface Store {
  /** `Secret Service`, a path. */
  readonly place: string;
  /** `project/name` of the record, which profiles may share. */
  readonly id: string;
  /** @throws DbcredsError where it could not ask, or the record is not there */
  get(): Promise<Record>;
  /** Compare-and-set; `undefined`: none is there. @throws DbcredsError `CONFLICT` where the stored revision is another */
  set(record: Record, expectedRevision: number | undefined): Promise<void>;
}

/** Who changes the password, where the account does not do so itself. */
export interface Admin {
  /** The profile's name, for people. */
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly slot: Slot;
}

export interface Choices {
  /** For how long the server is to take the old password too, in milliseconds. */
  readonly grace?: number | undefined;
  /** After how long the server itself is to stop taking the new one, in milliseconds. */
  readonly validUntil?: number | undefined;
  /** Send the password itself where the server takes no hash. */
  readonly allowPlaintext?: boolean;
  /** End the account's other sessions. */
  readonly terminate?: boolean;
}

/** All that a rotation works with. */
export interface Rotation {
  readonly profile: Profile;
  readonly store: Store;
  /** The server itself, as this login: no pooler, no balancer. */
  readonly server: (user: string) => Endpoint;
  /** Where programs log in, where that differs. */
  readonly door?: ((user: string) => Endpoint) | undefined;
  readonly admin?: Admin | undefined;
  readonly choices: Choices;
  /** Names of the commands that get a new password. */
  readonly pushes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where locks lie on systems that need a file for them. */
  readonly lockFolder: string;
  /** Tells a person what begins. */
  readonly step: (what: string) => void;
  /** Tells a person what is wrong, though the rotation goes on. */
  readonly warn: (message: string) => void;
}

/** The login of a slot. */
export function userOf({ profile }: Pick<Rotation, 'profile'>, slot: Slot): string {
  return slot.user ?? profile.target.user;
}
