import { readFileSync } from 'node:fs';
import { createServer, type Server as Listener } from 'node:net';
import { join } from 'node:path';
import type { Record } from '../../src/profiles/record.ts';
import { AgeFile } from '../../src/providers/file.ts';
import { Secret } from '../../src/secret.ts';
import { endpoint } from '../connect/endpoints.ts';
import { atEndOfTest } from '../helpers/cleanup.ts';
import type { Login, Server } from '../services/server.ts';
import type { Shop, Written } from './kit.ts';

/** Where a server would be: it counts who knocks, and lets nobody in. It ends with the test. */
export class Door {
  readonly port: number;
  knocks = 0;

  private constructor(listener: Listener) {
    const address = listener.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    listener.on('connection', (socket) => {
      this.knocks += 1;
      socket.destroy();
    });
  }

  static async open(): Promise<Door> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    atEndOfTest(() => new Promise((resolve) => listener.close(() => resolve(undefined))));
    return new Door(listener);
  }

  url(user = 'shop_app', database = 'shop'): string {
    return `postgresql://${user}@localhost:${this.port}/${database}`;
  }
}

/** Writes the user's own file. */
export function writeOwn(shop: Shop, profiles: { readonly [id: string]: Written }): void {
  shop.place.write(join(shop.context().folders.config, 'profiles.json'), { profiles }, 0o600);
}

/** Where the shop keeps its passwords. */
export const safeOf = (shop: Shop): string => join(shop.context().folders.data, 'credentials.age');

/** What is stored for `shop/NAME`. */
export async function recordOf(shop: Shop, name = 'dev'): Promise<Record> {
  const hooks = { terminal: false, waiting: () => {}, ask: () => Promise.reject(new Error('asked')) };
  const id = `shop/${name}`;
  const record = await new AgeFile(safeOf(shop), shop.context(), hooks).get({
    id,
    variable: name.toUpperCase(),
    target: '',
    production: false,
  });
  if (!record) throw new Error(`nothing is stored for ${name}`);
  return record;
}

/** The passwords that are stored for `shop/NAME` now. */
export async function passwordsOf(shop: Shop, name = 'dev'): Promise<string[]> {
  const { current, pending, previous } = await recordOf(shop, name);
  return [current, pending, previous].flatMap((slot) => (slot ? [slot.password.reveal()] : []));
}

/** Whether the server accepts a password, on a connection of its own. */
export async function accepts(server: Server, login: Partial<Login>, password: string): Promise<boolean> {
  const [{ login: enter }, { DbcredsError }] = await Promise.all([
    import('../../src/connect/login.ts'),
    import('../../src/errors.ts'),
  ]);
  try {
    const session = await enter(endpoint(server, login), new Secret(password), {
      timeoutMs: 10_000,
      once: true,
    });
    await session.close();
    return true;
  } catch (error) {
    if (error instanceof DbcredsError && error.code === 'WRONG_PASSWORD') return false;
    throw error;
  }
}

/** How many lines the server's log has that hold the text. */
export function heard(server: Server, text: string): number {
  return readFileSync(server.log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(text)).length;
}
