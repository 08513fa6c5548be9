import { type ProxyOptions, type Seen, type Step, TcpProxy } from '../helpers/proxy.ts';
import type { Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { type Ordeal, ordeal, ordinaryOf, type Plan } from './ordeal.ts';
import { never, strike } from './strike.ts';
import { Subject, type Where } from './subject.ts';
import { commandLine } from './trial.ts';

/** What a test needs of a keychain where it uses none. */
export const noKeychain = {
  env: { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' },
  secretTool: (): Promise<string> => Promise.reject(new Error('there is no keychain')),
};

type Cut = Omit<Step, 'act'>;

/** One profile behind a proxy, which is another one for each trial, always on the same port. */
export class Front {
  readonly subject: Subject;
  readonly server: Server;
  #proxy: TcpProxy;
  #count = 0;

  private constructor(server: Server, subject: Subject, proxy: TcpProxy) {
    this.server = server;
    this.subject = subject;
    this.#proxy = proxy;
  }

  static async open(
    server: Server,
    where: Where = 'file',
    keychain: Parameters<typeof Subject.open>[2] = noKeychain,
  ): Promise<Front> {
    const proxy = await TcpProxy.open({ to: server });
    return new Front(server, await Subject.open(server, where, keychain, { by: proxy }), proxy);
  }

  get proxy(): TcpProxy {
    return this.#proxy;
  }

  /** Another proxy in the place of the one before. */
  async face(options: Omit<ProxyOptions, 'to' | 'port'> = {}): Promise<TcpProxy> {
    const { port } = this.#proxy;
    await this.#proxy.close();
    this.#proxy = await TcpProxy.open({ ...options, to: this.server, port });
    return this.#proxy;
  }

  /** What comes by in a rotation that nobody disturbs, by connection. */
  async measure(): Promise<readonly Seen[]> {
    const proxy = await this.face();
    const { code, stderr } = await strike(this.subject, commandLine(this.subject, 'rotate'), never);
    if (code !== 0) throw new Error(`an undisturbed rotation ended with ${code}:\n${stderr}`);
    return proxy.seen;
  }

  /** A rotation through a proxy that does harm by plan, and an ordinary command through one that does none. */
  async trial(
    options: Omit<ProxyOptions, 'to' | 'port'>,
    plan: Partial<Plan> = {},
  ): Promise<Ordeal & { readonly proxy: TcpProxy }> {
    const proxy = await this.face(options);
    const last = plan.last ?? ordinaryOf(this.#count++);
    const result = await ordeal(this.subject, {
      ...plan,
      last,
      repair: async () => {
        await plan.repair?.();
        await this.face();
      },
    });
    return { ...result, proxy };
  }
}

/** Every unit of a rotation in each direction, as a place to cut it. */
export function placesIn(seen: readonly Seen[]): Cut[] {
  return seen.flatMap((one, index) =>
    (['toServer', 'toClient'] as const).flatMap((direction) =>
      Array.from({ length: one[direction] }, (_, unit) => ({
        connection: index + 1,
        direction,
        unit: unit + 1,
      })),
    ),
  );
}

/** The proxy ends TLS with the server's own certificate, so that it can read the statements. */
export const reading = async (
  ...plan: readonly Step[]
): Promise<{ tls: Awaited<ReturnType<typeof use<'certificates'>>>['right']; plan: readonly Step[] }> => ({
  tls: (await use('certificates')).right,
  plan,
});
