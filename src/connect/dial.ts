import { isIP, Socket } from 'node:net';
import type { Address } from '../profiles/profile.ts';
import type { Engine } from '../profiles/target.ts';

/**
 * A socket on its way to what is dialled. It is handed to the drivers, so that the host which they know stays the name
 * that the certificate must carry, and so that we can see how far a login came.
 */
export class Wire {
  readonly socket: Socket = new Socket();
  /** How far it came by itself. Addresses and socket paths need no name server. */
  stage: 'naming' | 'dialling' | 'greeting';
  /** What it reached: the address that a name led to. */
  address: Address;

  constructor(engine: Engine, { host, port }: Address) {
    this.address = { host, port };
    this.stage = host.startsWith('/') || isIP(host) ? 'dialling' : 'naming';
    this.socket.once('lookup', () => {
      this.stage = 'dialling';
    });
    this.socket.once('connect', () => {
      this.stage = 'greeting';
      // Noted now: a socket that has ended knows it no more. A unix socket has none.
      const { remoteAddress, remotePort } = this.socket;
      if (remoteAddress && remotePort) this.address = { host: remoteAddress, port: remotePort };
    });
    if (host.startsWith('/')) this.socket.connect(socketPath(engine, host, port));
    else this.socket.connect({ host, port });
  }
}

/** PostgreSQL names the folder of its socket, the others the socket itself. */
function socketPath(engine: Engine, path: string, port: number): string {
  return engine === 'postgresql' ? `${path}/.s.PGSQL.${port}` : path;
}

/**
 * Bounds everything that is asked of a server, name resolution too. `getaddrinfo` cannot be called off: its late answer
 * goes unheard, but a process that ends meanwhile waits for it (10 s with glibc and a name server that keeps silent).
 *
 * @throws {@link Late} after `ms` milliseconds
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(ms)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Time ran out. Has the code that the table of causes knows. */
export class Late extends Error {
  readonly code = 'LATE';

  constructor(ms: number) {
    super(`nothing within ${ms / 1000} s`);
  }
}
