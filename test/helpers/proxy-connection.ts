import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, TLSSocket } from 'node:tls';
import {
  type Direction,
  errorFrame,
  type Family,
  meaning,
  type Refusal,
  Splitter,
  statementOf,
} from './proxy-frames.ts';

/**
 * What to do at a unit.
 * - `reset`: cuts the connection. What was forwarded reaches the server all the same.
 * - `freeze`: forwards nothing any more, in either direction; both sides keep their connection.
 * - `mute`: forwards what the client says, and none of the answers.
 * - `loseAnswer`: waits until the server has answered, keeps that, and cuts the connection.
 * - `{ delayMs }`: holds this unit, and what follows in its direction, for so long.
 * - `{ until }`: the same, until what is promised has been done.
 * - `{ refuse }`: the server never hears of it; the client gets this error as the answer.
 */
export type Action =
  | 'reset'
  | 'freeze'
  | 'mute'
  | 'loseAnswer'
  | { readonly delayMs: number }
  | { readonly until: () => Promise<unknown> }
  | { readonly refuse: Refusal };

/**
 * Something to do, once, at the first unit that all of it fits. A unit is a record of TLS where the proxy does not end
 * TLS, else a message (PostgreSQL) or a packet (MySQL, MariaDB); those in the clear at the start of a connection count too.
 */
export interface Step {
  /** The number of the connection, from 1. Default any. */
  readonly connection?: number;
  /** Default `toServer`. */
  readonly direction?: Direction;
  /** The number of the unit in that direction of the connection, from 1. Default any. */
  readonly unit?: number;
  /** What the SQL must match. Needs `tls`, or a server without TLS: else nobody sees it. */
  readonly statement?: RegExp;
  /** Whether the unit is still forwarded. Default `after`, which is: it is. Does not matter to `delayMs`, `until` and `refuse`. */
  readonly when?: 'before' | 'after';
  readonly act: Action;
  /** `reset`, `freeze`: all other connections too, and those that come. */
  readonly everywhere?: boolean;
}

/** What came by on one connection. */
export interface Seen {
  /** Units from the client. */
  toServer: number;
  /** Units from the server. */
  toClient: number;
  /** The order of all units. */
  readonly order: Direction[];
  /** SQL, where it could be seen. */
  readonly statements: string[];
  /** All that the client said which could be read. */
  readonly heard: Buffer[];
}

export interface ConnectionOptions {
  readonly to: { readonly host: string; readonly port: number };
  readonly family: Family;
  readonly delayMs: number;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** What is planned for a unit. */
  readonly due: (
    seen: Seen,
    unit: { direction: Direction; count: number; statement: string | undefined },
  ) => Step | undefined;
}

/** A client's connection and the one to the server that belongs to it. */
export class Connection {
  readonly seen: Seen = { toServer: 0, toClient: 0, order: [], statements: [], heard: [] };
  readonly #options: ConnectionOptions;
  readonly #splitters: Record<Direction, Splitter>;
  readonly #busy: Record<Direction, boolean> = { toServer: false, toClient: false };
  readonly #ended: Record<Direction, boolean> = { toServer: false, toClient: false };
  /** By the direction in which they are written to. */
  #sockets: Record<Direction, Socket>;
  #state: 'open' | 'muted' | 'answering' | 'frozen' | 'over' = 'open';

  constructor(client: Socket, options: ConnectionOptions) {
    this.#options = options;
    const postgresql = options.family === 'postgresql';
    this.#splitters = {
      toServer: new Splitter(postgresql ? 'start' : 'packet'),
      toClient: new Splitter(postgresql ? 'typed' : 'packet'),
    };
    this.#sockets = { toClient: client, toServer: connect(options.to.port, '127.0.0.1') };
    this.#listen('toServer', client);
    this.#listen('toClient', this.#sockets.toServer);
    client.resume();
  }

  /** Does it to this connection, whatever is on its way. */
  suffer(act: 'freeze' | 'reset'): void {
    if (this.#state === 'over') return;
    if (act === 'freeze') this.#state = 'frozen';
    else this.#reset();
  }

  destroy(): void {
    this.#state = 'over';
    for (const socket of Object.values(this.#sockets)) socket.destroy();
  }

  #listen(direction: Direction, from: Socket): void {
    from.on('data', (chunk: Buffer) => {
      this.#splitters[direction].push(chunk);
      void this.#pump(direction);
    });
    from.on('error', () => {});
    from.on('close', () => {
      this.#ended[direction] = true;
      void this.#pump(direction);
    });
  }

  /** Forwards what is whole, one unit after the other. */
  async #pump(direction: Direction): Promise<void> {
    if (this.#busy[direction]) return;
    this.#busy[direction] = true;
    for (let unit = this.#next(direction); unit; unit = this.#next(direction)) {
      await this.#handle(direction, unit);
    }
    this.#busy[direction] = false;
    // Frozen means that nobody learns of anything.
    if (this.#ended[direction] && this.#state === 'open') this.#sockets[direction].end();
  }

  #next(direction: Direction): Buffer | undefined {
    return this.#state === 'frozen' || this.#state === 'over' ? undefined : this.#splitters[direction].next();
  }

  async #handle(direction: Direction, unit: Buffer): Promise<void> {
    const { family, delayMs, due } = this.#options;
    const { framing } = this.#splitters[direction];
    const statement = direction === 'toServer' ? statementOf(family, framing, unit) : undefined;
    if (statement !== undefined) this.seen.statements.push(statement);
    if (direction === 'toServer' && framing !== 'record') this.seen.heard.push(unit);
    this.seen.order.push(direction);
    this.seen[direction] += 1;
    const step = due(this.seen, { direction, count: this.seen[direction], statement });
    if (delayMs > 0) await sleep(delayMs);
    if (!step) return this.#forward(direction, unit);
    if (typeof step.act === 'object') return this.#tamper(direction, unit, step.act);
    if (step.when !== 'before') this.#forward(direction, unit);
    this.#harm(step.act);
  }

  async #tamper(direction: Direction, unit: Buffer, act: Exclude<Action, string>): Promise<void> {
    if ('refuse' in act) {
      this.#sockets.toClient.write(errorFrame(this.#options.family, act.refuse));
    } else {
      await ('until' in act ? act.until() : sleep(act.delayMs));
      this.#forward(direction, unit);
    }
  }

  #harm(act: Extract<Action, string>): void {
    if (act === 'freeze') this.#state = 'frozen';
    else if (act === 'mute') this.#state = 'muted';
    else if (act === 'loseAnswer') this.#state = 'answering';
    else this.#reset();
  }

  #forward(direction: Direction, unit: Buffer): void {
    const answer = direction === 'toClient';
    if (answer && this.#state === 'answering') this.#reset();
    if (this.#state === 'frozen' || this.#state === 'over' || (answer && this.#state === 'muted')) return;
    this.#sockets[direction].write(unit);
    this.#readOn(direction, unit);
  }

  /** The client hears of it at once. The server reads to the end first: a reset would take back what lies in its buffer. */
  #reset(): void {
    this.#state = 'over';
    const { toClient, toServer } = this.#sockets;
    if (toClient instanceof TLSSocket) toClient.destroy();
    else toClient.resetAndDestroy();
    toServer.end();
  }

  #readOn(direction: Direction, unit: Buffer): void {
    const { toServer, toClient } = this.#splitters;
    const { family, tls } = this.#options;
    const what = meaning(family, direction, this.#splitters[direction].framing, unit);
    if (what === 'asks') toClient.framing = 'byte';
    else if (what === 'starts') [toServer.framing, toClient.framing] = ['typed', 'typed'];
    else if (what === 'secures' && tls) this.#endTls(tls);
    else if (what === 'secures') [toServer.framing, toClient.framing] = ['record', 'record'];
  }

  /** From here on TLS with the client and TLS with the server are two, and all between them is in the clear. */
  #endTls(tls: { readonly cert: Buffer; readonly key: Buffer }): void {
    const { toClient, toServer } = this.#sockets;
    for (const socket of [toClient, toServer]) {
      socket.removeAllListeners('data').removeAllListeners('close');
      socket.pause();
    }
    // A client of MySQL does not wait: its first record can have come with its request.
    const rest = this.#splitters.toServer.take();
    if (rest.length > 0) toClient.unshift(rest);
    this.#sockets = {
      toClient: new TLSSocket(toClient, { isServer: true, ...tls }),
      toServer: connectTls({ socket: toServer, rejectUnauthorized: false }),
    };
    this.#splitters.toClient.framing = this.#options.family === 'postgresql' ? 'typed' : 'packet';
    this.#listen('toServer', this.#sockets.toClient);
    this.#listen('toClient', this.#sockets.toServer);
  }
}
