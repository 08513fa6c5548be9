import { DbcredsError } from '../errors.ts';
import type { Slot } from '../profiles/record.ts';
import type { Ready } from '../run/environment.ts';
import { opened } from './credential.ts';
import { type DriverTls, driverTls } from './driver.ts';
import type { Options } from './options.ts';
import { shared } from './shared.ts';

/** What `new Pool()` and `new Client()` of node-postgres take. */
export interface PgConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Asked by pg at each new connection, so that a pool outlives a rotation. */
  readonly password: () => Promise<string>;
  readonly ssl: DriverTls | false;
}

/**
 * The configuration of a pool or client of node-postgres, with TLS as the profile says.
 *
 * @throws DbcredsError as `credential`; the password function rejects with the same errors
 */
export async function pgConfig(name: string, options: Options = {}): Promise<PgConfig> {
  const again = shared(() => opened(name, options));
  const { ready } = await again();
  const { target, dial } = ready.profile;
  if (target.engine !== 'postgresql') throw otherEngine(name, target.engine, 'mysqlConfig');
  const user = ready.slot.user ?? target.user;
  return {
    host: dial.host,
    port: dial.port,
    user,
    database: target.database,
    password: async () => passwordOf((await again()).ready, user),
    ssl: driverTls(ready) ?? false,
  };
}

/** Where two users take turns, a pool goes on as the one that it began with: its password holds until its next turn. */
function passwordOf({ slot, record, profile }: Ready, user: string): string {
  const is = (one: Slot | undefined): boolean =>
    one !== undefined && (one.user ?? profile.target.user) === user;
  const found = is(slot) ? slot : record.previous;
  if (!found || !is(found))
    throw new DbcredsError('NO_CREDENTIAL', {
      message: `no password of ${user} is stored for ${profile.name} any more`,
    });
  return found.password.reveal();
}

/** A profile of another engine than the function is for. */
export function otherEngine(name: string, engine: string, right: string): DbcredsError {
  return new DbcredsError('USAGE', { kind: 'usage', message: `${name} is ${engine}: ${right}() is for it` });
}
