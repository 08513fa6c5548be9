import { readFileSync } from 'node:fs';
import { createServer, type Server as Listener, type Socket } from 'node:net';
import type { Pair } from '../services/certificates.ts';
import type { Server } from '../services/server.ts';
import { atEndOfTest } from './cleanup.ts';
import { type Action, Connection, type Seen, type Step } from './proxy-connection.ts';

export type { Action, Seen, Step } from './proxy-connection.ts';

export interface ProxyOptions {
  readonly to: Pick<Server, 'host' | 'port' | 'engine'>;
  /** What happens, each step once. See {@link Step}. */
  readonly plan?: readonly Step[];
  /**
   * Ends TLS at the proxy, which shows this certificate instead of the server's and reads all in the clear. With the
   * test's own (`right`) no client can tell; with another, it is somebody in between: where a function says so, on some
   * connections alone, which have numbers from 1.
   */
  readonly tls?: Pair | ((connection: number) => Pair | undefined);
  /** Milliseconds by which each unit is held back, in both directions. */
  readonly delayMs?: number;
  /** Where it listens: in the place of one that was closed. Default any. */
  readonly port?: number;
}

/** Stands between clients and a database server, and does harm by plan. It ends with the test. */
export class TcpProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly #listener: Listener;
  readonly #options: ProxyOptions;
  readonly #connections: Connection[] = [];
  readonly #waiting: Set<Step>;
  readonly #fired: Step[] = [];
  #harm: 'freeze' | 'reset' | undefined;

  private constructor(listener: Listener, options: ProxyOptions) {
    const address = listener.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    this.#listener = listener;
    this.#options = options;
    this.#waiting = new Set(options.plan ?? []);
    listener.on('connection', (socket) => this.#meet(socket));
  }

  static async open(options: ProxyOptions): Promise<TcpProxy> {
    const listener = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => listener.listen(options.port ?? 0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(listener, options);
    atEndOfTest(() => proxy.close());
    return proxy;
  }

  /** The server, by way of the proxy. Not for `asAdmin`, which goes by the socket. */
  get server(): Pick<Server, 'host' | 'port' | 'engine'> {
    return { ...this.#options.to, port: this.port };
  }

  /** What has come by so far, by connection in their order. */
  get seen(): readonly Seen[] {
    return this.#connections.map(({ seen }) => seen);
  }

  /** Steps that were carried out. A test that needs one to happen asserts that it is here. */
  get fired(): readonly Step[] {
    return this.#fired;
  }

  /** Holds all connections still, also those that come: nobody hears anything, nothing is closed. */
  freeze(): void {
    this.#all('freeze');
  }

  /** Cuts all connections, also those that come. */
  cut(): void {
    this.#all('reset');
  }

  /** From now on all is forwarded again, on new connections. */
  recover(): void {
    this.#harm = undefined;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    if (this.#listener.listening) await new Promise((resolve) => this.#listener.close(resolve));
  }

  #all(harm: 'freeze' | 'reset'): void {
    this.#harm = harm;
    for (const connection of this.#connections) connection.suffer(harm);
  }

  #meet(socket: Socket): void {
    const { to, delayMs = 0 } = this.#options;
    const given = this.#options.tls;
    const tls = typeof given === 'function' ? given(this.#connections.length + 1) : given;
    const connection = new Connection(socket, {
      to,
      family: to.engine === 'postgresql' ? 'postgresql' : 'mysql',
      delayMs,
      ...(tls && { tls: { cert: readFileSync(tls.cert), key: readFileSync(tls.key) } }),
      due: (seen, unit) => this.#due(seen, unit),
    });
    this.#connections.push(connection);
    if (this.#harm) connection.suffer(this.#harm);
  }

  /** The first step of the plan that the unit meets, which is thereby carried out. */
  #due(seen: Seen, { direction, count, statement }: Unit): Step | undefined {
    const number = this.#connections.findIndex((connection) => connection.seen === seen) + 1;
    for (const step of this.#waiting) {
      const { connection = number, direction: wanted = 'toServer', unit = count, statement: text } = step;
      if (connection !== number || wanted !== direction || unit !== count) continue;
      if (text && !(statement !== undefined && text.test(statement))) continue;
      this.#waiting.delete(step);
      this.#fired.push(step);
      if (step.everywhere) this.#everywhere(step.act);
      return step;
    }
    return undefined;
  }

  /** On the other connections at once, and on those to come. */
  #everywhere(act: Action): void {
    if (act === 'freeze' || act === 'reset') queueMicrotask(() => this.#all(act));
  }
}

interface Unit {
  readonly direction: 'toServer' | 'toClient';
  readonly count: number;
  readonly statement: string | undefined;
}
