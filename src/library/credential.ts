import { loneUrlOf } from '../inject/url.ts';
import type { UrlStyle } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import { connectionFor, type Ready, writeClientFiles } from '../run/environment.ts';
import { happeningOf, journal } from '../run/journal.ts';
import { readyOne } from '../run/ready.ts';
import type { Scene } from '../run/request.ts';
import { select } from '../run/select.ts';
import type { Options } from './options.ts';
import { sceneOf } from './scene.ts';

/** A login, with the password in the clear: it is what was asked for. */
export interface Credential {
  /** `project/name` or `name`. */
  readonly profile: string;
  readonly engine: 'postgresql' | 'mysql' | 'mariadb';
  /** The name that the certificate carries; a path for a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly setAt?: Date;
  readonly expiresAt?: Date;
}

/** What a call read, after every step of a run. */
export interface Opened {
  readonly scene: Scene;
  readonly ready: Ready;
}

/** @throws DbcredsError where a run would be refused */
export async function opened(name: string, options: Options): Promise<Opened> {
  const scene = sceneOf(name, options);
  const [selection] = select(scene);
  if (!selection) throw new Error('no profile was selected');
  const ready = await readyOne(scene, selection, 'library');
  journal(scene, ready.plain, happeningOf(scene, ready.provider.name, []));
  return { scene, ready };
}

/**
 * The login of a profile, under the guards of `dbcreds run`.
 *
 * @throws DbcredsError with a `code`, and `hints` that are commands to type
 */
export async function credential(name: string, options: Options = {}): Promise<Credential> {
  const { ready } = await opened(name, options);
  return credentialOf(ready, ready.slot);
}

export function credentialOf({ profile }: Ready, slot: Slot): Credential {
  const { engine, host, port, database, user } = profile.target;
  return {
    profile: profile.id,
    engine,
    host,
    port,
    database,
    user: slot.user ?? user,
    password: slot.password.reveal(),
    ...(slot.setAt === undefined ? {} : { setAt: new Date(slot.setAt) }),
    ...(slot.expiresAt === undefined ? {} : { expiresAt: new Date(slot.expiresAt) }),
  };
}

/**
 * The connection URL that `dbcreds run` sets as `DATABASE_URL`: with its TLS, in the profile's dialect or another.
 *
 * @throws DbcredsError as {@link credential}
 */
export async function databaseUrl(
  name: string,
  options: Options & { readonly urlStyle?: UrlStyle } = {},
): Promise<string> {
  const { scene, ready } = await opened(name, options);
  const { connection, files } = connectionFor(scene.context, ready);
  await writeClientFiles(files);
  return loneUrlOf(connection, options.urlStyle ?? ready.profile.urlStyle) ?? '';
}
