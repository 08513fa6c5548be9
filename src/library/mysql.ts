import { Socket } from 'node:net';
import { opened } from './credential.ts';
import { type DriverTls, driverTls } from './driver.ts';
import type { Options } from './options.ts';
import { otherEngine } from './pg.ts';
import { shared } from './shared.ts';

/** What `createPool()` and `createConnection()` of mysql2 take. */
export interface MysqlConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly ssl?: DriverTls & { readonly verifyIdentity: boolean };
  /** Called by mysql2 for each new connection: asks for the password anew, so that a pool outlives a rotation. */
  readonly stream: (connection: { config: Login }) => Socket;
}

/** The part of a connection's configuration that mysql2 reads when the server has greeted. */
interface Login {
  user?: string | undefined;
  password?: string | undefined;
}

/**
 * The configuration of a pool or connection of mysql2, with TLS as the profile says.
 *
 * @throws DbcredsError as `credential`; a later connection fails with the same errors
 */
export async function mysqlConfig(name: string, options: Options = {}): Promise<MysqlConfig> {
  const again = shared(() => opened(name, options));
  const { ready } = await again();
  const { target, dial, tls } = ready.profile;
  if (target.engine === 'postgresql') throw otherEngine(name, target.engine, 'pgConfig');
  const ssl = driverTls(ready);
  return {
    host: target.host,
    port: target.port,
    user: ready.slot.user ?? target.user,
    database: target.database,
    password: ready.slot.password.reveal(),
    ...(ssl && { ssl: { ...ssl, verifyIdentity: tls.mode === 'verify-full' } }),
    stream: ({ config }) => {
      const socket = new Socket();
      // The server speaks first, and not before it is dialled: until then the login can still be changed.
      again().then(
        ({ ready: { slot, profile } }) => {
          config.user = slot.user ?? profile.target.user;
          config.password = slot.password.reveal();
          if (dial.host.startsWith('/')) socket.connect(dial.host);
          else socket.connect(dial.port, dial.host);
        },
        (error) => socket.destroy(error),
      );
      return socket;
    },
  };
}
