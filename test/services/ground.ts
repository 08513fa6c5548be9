import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Daemon } from './daemon.ts';
import { type Services, Unavailable } from './use.ts';

export type Answer =
  | { readonly value: unknown }
  | { readonly unavailable: string }
  | { readonly error: string };

/** Starts one service in its variant. Loaded when first used: a run of one file that needs no server loads none. */
type Start = (ground: Ground, variant: string) => Promise<unknown>;

const starts: { readonly [K in keyof Services]: () => Promise<Start> } = {
  certificates: async () => (await import('./certificates.ts')).start,
  postgresql: async () => (await import('./postgresql.ts')).start,
  mariadb: async () => (await import('./mariadb.ts')).start,
  mysql: async () => (await import('./mysql.ts')).start,
  node: async () => (await import('./nodes.ts')).start,
  'secret-service': async () => (await import('./commands.ts')).secretService,
  age: async () => (await import('./commands.ts')).age,
  pgbouncer: async () => (await import('./pgbouncer-programs.ts')).start,
  tini: async () => (await import('./commands.ts')).tini,
  python: async () => (await import('./python.ts')).start,
  go: async () => (await import('./go.ts')).start,
  'npm-clients': async () => (await import('./npm-clients.ts')).start,
  'postgresql-clients': async () => (await import('./postgresql-clients.ts')).start,
  pty: async () => (await import('./commands.ts')).pty,
  host: async () => (await import('./hosts.ts')).start,
  direnv: async () => (await import('./commands.ts')).direnv,
  'systemd-analyze': async () => (await import('./commands.ts')).systemdAnalyze,
  systemd: async () => (await import('./systemd.ts')).start,
  shells: async () => (await import('./commands.ts')).shells,
  man: async () => (await import('./commands.ts')).man,
};

/** All that a run starts and makes: services, each once, and one folder for everything, which goes at the end. */
export class Ground {
  /** Short, since paths of unix sockets end at 107 bytes, and open to the user that PostgreSQL runs as. */
  readonly folder: string;
  readonly #started: Map<string, Promise<unknown>> = new Map();
  readonly #queues: Map<string, Promise<unknown>> = new Map();
  readonly #daemons: Set<Daemon> = new Set();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
    this.folder = mkdtempSync(join(tmpdir(), `dbt-${process.pid}-`));
    chmodSync(this.folder, 0o755);
  }

  /** A line for the person who waits. */
  say(line: string): void {
    this.#say(line);
  }

  /** The service, started by the first who asks. */
  use<K extends keyof Services>(service: K, variant = 'right'): Promise<Services[K]> {
    return this.once(`${service}/${variant}`, async () =>
      (await starts[service]())(this, variant),
    ) as Promise<Services[K]>;
  }

  /** Whatever several services need, made by the first who asks. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#started.get(name) ?? make();
    this.#started.set(name, made);
    return made as Promise<T>;
  }

  /** One after the other, for what cannot be done twice at once. */
  serially<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const mine = before.then(act, act);
    this.#queues.set(name, mine);
    return mine;
  }

  /** The same as {@link use}, for the pipe to a test file: failures as data. */
  async answer(service: string, variant: string): Promise<Answer> {
    if (!(service in starts)) return { error: `there is no service ${service}` };
    try {
      return { value: await this.use(service as keyof Services, variant) };
    } catch (error) {
      if (error instanceof Unavailable) return { unavailable: error.message };
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }

  /** Has the daemon stopped at the end, whatever the end is. */
  own(daemon: Daemon): void {
    this.#daemons.add(daemon);
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.#daemons].map((daemon) => daemon.stop()));
    this.remove();
  }

  /** For the last moment of a process, when nothing can be waited for. */
  kill(): void {
    for (const daemon of this.#daemons) daemon.kill();
    try {
      this.remove();
    } catch {
      // A server that dies can still write. The next run removes what is left.
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

let own: Ground | undefined;

/** For a test file that was started by hand: its own services, which end with it. */
export async function ownGround(): Promise<Ground> {
  if (own) return own;
  const ground = new Ground((line) => process.stderr.write(`${line}\n`));
  own = ground;
  process.once('exit', () => ground.kill());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return ground;
}
