import { readFileSync } from 'node:fs';
import { createServer, type Server as Listener, type Socket } from 'node:net';
import { inspect } from 'node:util';
import type { Endpoint, EndpointTls } from '../../src/connect/endpoint.ts';
import { login } from '../../src/connect/login.ts';
import type { Session } from '../../src/connect/session.ts';
import { DbcredsError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import type { Login, Server } from '../services/server.ts';

export interface Wish {
  readonly host?: string;
  /** What is dialled, where it is not the host. */
  readonly dial?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
  readonly tls?: Partial<EndpointTls>;
}

/** How to log in to a test server: over TLS, verified to the full with the test's CA, unless wished otherwise. */
export function endpoint(server: Server, account: Partial<Login>, wish: Wish = {}): Endpoint {
  const { host = server.host, port = server.port, dial = host } = wish;
  return {
    name: 'prod',
    engine: server.engine,
    host,
    port,
    dial: { host: dial, port },
    user: wish.user ?? account.user ?? 'nobody',
    database: wish.database ?? account.database ?? 'nothing',
    tls: { mode: 'verify-full', ca: readFileSync(server.ca, 'utf8'), ...wish.tls },
  };
}

/** Logs in, uses the session, closes it. */
export async function within<T>(
  to: Endpoint,
  password: string,
  use: (session: Session) => T | Promise<T>,
): Promise<T> {
  const session = await login(to, new Secret(password), { timeoutMs: 10_000 });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** The error of a login that must fail. It may hold no password, and no object of a driver. */
export async function refusal(to: Endpoint, password: string, timeoutMs = 10_000): Promise<DbcredsError> {
  const outcome = await login(to, new Secret(password), { timeoutMs }).then(
    (session) => session.close().then(() => new Error('the login worked')),
    (error: unknown) => error,
  );
  return clean(outcome, password);
}

export function clean(error: unknown, ...secrets: string[]): DbcredsError {
  if (!(error instanceof DbcredsError)) throw error;
  const all = inspect(error, { depth: 9, showHidden: true });
  for (const secret of secrets)
    if (all.includes(secret)) throw new Error(`the error holds ${secret}: ${all}`);
  if (error.cause !== undefined) throw new Error(`the error has a cause: ${all}`);
  return error;
}

/** The value behind a label of an error. */
export const fact = (error: DbcredsError, label: string): string | undefined =>
  error.facts.find(([name]) => name === label)?.[1];

/** Something that listens and is no database server. `meet` gets each connection. */
export async function impostor(meet: (socket: Socket) => void, host = '127.0.0.1'): Promise<Impostor> {
  const sockets = new Set<Socket>();
  const listener: Listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    meet(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, host, resolve));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

export interface Impostor {
  readonly port: number;
  stop(): Promise<void>;
}
