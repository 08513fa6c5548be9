import { connect, type Socket } from 'node:net';
import type { Environment } from '../../context.ts';
import { type BusState, busSocket, probeBus } from './bus.ts';
import { type Call, decode, encodeCall, type Reply, readText, readTexts } from './message.ts';

/**
 * How the Secret Service stands. `idle`: nobody runs it now, and the bus starts it when it is used. `absent`: nobody would.
 * `empty`: it has no default collection. `unknown`: the bus is not on a unix socket.
 */
export type ServiceState =
  | Exclude<BusState, 'answers'>
  | 'unlocked'
  | 'locked'
  | 'empty'
  | 'idle'
  | 'absent'
  | 'unknown';

const secrets = 'org.freedesktop.secrets';

/**
 * Asks the session bus about the Secret Service, in plain JavaScript: the native library could only look for an entry, for
 * which a locked keychain opens a window. Nothing is unlocked, started or read.
 *
 * @param ms how long each answer may take
 */
export async function inquire(env: Environment, ms: number): Promise<ServiceState> {
  const state = await probeBus(env, ms);
  if (state !== 'answers') return state;
  const path = busSocket(env);
  if (path === undefined) return 'unknown';
  const bus = new Bus(path, ms);
  try {
    return await ask(bus);
  } catch {
    // It answered a moment ago, and does not any more.
    return 'silent';
  } finally {
    bus.close();
  }
}

async function ask(bus: Bus): Promise<ServiceState> {
  await bus.call(toBus('Hello'));
  const has = await bus.call(toBus('NameHasOwner', secrets));
  if (has.body.readUInt32LE(0) === 0) {
    const names = readTexts((await bus.call(toBus('ListActivatableNames'))).body);
    return names.includes(secrets) ? 'idle' : 'absent';
  }
  const alias = await bus.call({
    destination: secrets,
    path: '/org/freedesktop/secrets',
    interface: 'org.freedesktop.Secret.Service',
    member: 'ReadAlias',
    strings: ['default'],
  });
  const collection = alias.error === undefined ? readText(alias.body) : '/';
  if (collection === '/') return 'empty';
  const locked = await bus.call({
    destination: secrets,
    path: collection,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    strings: ['org.freedesktop.Secret.Collection', 'Locked'],
  });
  if (locked.error !== undefined) return 'empty';
  // A variant: the length of its type, `b`, NUL, and the boolean at the next multiple of four.
  return locked.body.readUInt32LE(4) === 1 ? 'locked' : 'unlocked';
}

const toBus = (member: string, ...strings: string[]): Call => ({
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member,
  strings,
});

/** A connection to the bus that makes one call at a time. */
class Bus {
  readonly #socket: Socket;
  readonly #ms: number;
  #serial = 0;
  #data: Buffer = Buffer.alloc(0);
  #greeted = false;
  #news: () => void = () => {};

  constructor(path: string, ms: number) {
    this.#ms = ms;
    const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    this.#socket = connect(path, () => this.#socket.write(`\0AUTH EXTERNAL ${user}\r\n`));
    this.#socket.on('error', () => this.#news());
    this.#socket.on('close', () => this.#news());
    this.#socket.on('data', (data) => {
      this.#data = Buffer.concat([this.#data, data]);
      if (!this.#greeted) this.#greet();
      this.#news();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @throws an Error where no answer comes in time, or the bus hangs up */
  async call(call: Call): Promise<Reply> {
    const late = Date.now() + this.#ms;
    while (!this.#greeted) await this.#wait(late);
    const serial = ++this.#serial;
    this.#socket.write(encodeCall(call, serial));
    for (;;) {
      const found = decode(this.#data);
      if (found === undefined) {
        await this.#wait(late);
        continue;
      }
      this.#data = found.rest;
      // Others are signals of the bus.
      if (found.reply.serial === serial) return found.reply;
    }
  }

  #greet(): void {
    const end = this.#data.indexOf('\r\n');
    if (end < 0) return;
    this.#data = this.#data.subarray(end + 2);
    this.#socket.write('BEGIN\r\n');
    this.#greeted = true;
  }

  async #wait(late: number): Promise<void> {
    if (this.#socket.destroyed) throw new Error('the bus hung up');
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer')), Math.max(0, late - Date.now()));
      this.#news = resolve;
    }).finally(() => clearTimeout(timer));
  }
}
