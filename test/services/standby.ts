import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon.ts';
import { ownGround } from './ground.ts';
import { account, type Cluster, own, prepare, serve } from './postgresql.ts';
import { asAdmin, freePort, onFreePort, type Server } from './server.ts';
import { use } from './use.ts';

const settings = [
  'max_wal_senders = 10',
  'wal_level = replica',
  "wal_keep_size = '256MB'",
  'hot_standby = on',
];

/**
 * A PostgreSQL with a standby that takes logins. Both show the certificate `right`. It starts in some two seconds, so
 * that a file may share one; it ends with the file's process, or by {@link Replicated.close}.
 */
export class Replicated {
  readonly primary: Server;
  readonly standby: Server;
  readonly #clusters: [primary: Cluster, standby: Cluster];
  readonly #daemons: [primary: Daemon, standby: Daemon];

  private constructor(servers: [Server, Server], daemons: [Daemon, Daemon], clusters: [Cluster, Cluster]) {
    [this.primary, this.standby] = servers;
    this.#daemons = daemons;
    this.#clusters = clusters;
  }

  /** Asynchronous at first, and with nothing to catch up. */
  static async open(): Promise<Replicated> {
    const ground = await ownGround();
    // The run's authority, so that a test has but one to trust.
    if (process.connected) await ground.once('certificates/right', () => use('certificates'));
    const mark = await freePort();
    const first = await prepare(ground, `pg-primary-${mark}`, 'right', '', settings);
    // The base copy is made before the server has run at all: then the whole cluster is at one point.
    const second = { ...first, data: join(ground.folder, `pg-standby-${mark}`) };
    cpSync(first.data, second.data, { recursive: true, preserveTimestamps: true });
    const primary = await onFreePort((port) => serve(ground, port, first));
    follow(second.data, primary.server);
    const standby = await onFreePort((port) => serve(ground, port, second));
    const daemons: [Daemon, Daemon] = [primary.daemon, standby.daemon];
    const pair = new Replicated([primary.server, standby.server], daemons, [first, second]);
    await pair.caughtUp();
    return pair;
  }

  /**
   * Whether COMMIT at the primary waits for the standby. While it does and the standby is away, it hangs: a change
   * that must not says `SET synchronous_commit = local` first.
   */
  async synchronous(on: boolean): Promise<void> {
    await this.#asPrimary(`ALTER SYSTEM SET synchronous_standby_names = '${on ? '*' : ''}'`);
    await this.#asPrimary('SELECT pg_reload_conf()');
    await until(async () => {
      const [row] = await this.#asPrimary('SHOW synchronous_standby_names');
      const states = await this.#asPrimary('SELECT sync_state FROM pg_stat_replication');
      const state = states[0]?.sync_state;
      return row?.synchronous_standby_names === (on ? '*' : '') && (!state || (state === 'sync') === on);
    });
  }

  /** It goes away, and the primary has noticed. */
  async stopStandby(): Promise<void> {
    await this.#daemons[1].stop();
    await until(async () => (await this.#asPrimary('SELECT FROM pg_stat_replication')).length === 0);
  }

  /** It comes back on the same port, and what waited for it goes on. */
  async startStandby(): Promise<void> {
    const { daemon } = await serve(await ownGround(), this.standby.port, this.#clusters[1]);
    this.#daemons[1] = daemon;
    await this.caughtUp();
  }

  /** The primary goes away at once, as in a crash. */
  killPrimary(): void {
    this.#daemons[0].kill();
  }

  /** It comes back on the same port, after a crash. */
  async startPrimary(): Promise<void> {
    const { daemon } = await serve(await ownGround(), this.primary.port, this.#clusters[0]);
    this.#daemons[0] = daemon;
  }

  /** Waits until a COMMIT at the primary waits for the standby. */
  async hanging(): Promise<void> {
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    await until(async () => (await this.#asPrimary(waiting)).length > 0);
  }

  /** From now on the standby takes logins as of now, whatever is changed at the primary. */
  async pauseReplay(): Promise<void> {
    await asAdmin(this.standby, 'SELECT pg_wal_replay_pause()');
    await until(async () => {
      const [row] = await asAdmin(this.standby, 'SELECT pg_get_wal_replay_pause_state() AS state');
      return row?.state === 'paused';
    });
  }

  async resumeReplay(): Promise<void> {
    await asAdmin(this.standby, 'SELECT pg_wal_replay_resume()');
    await this.caughtUp();
  }

  /** Makes the standby a primary of its own, with what it has replayed so far. */
  async promote(): Promise<void> {
    await asAdmin(this.standby, 'SELECT pg_promote()');
  }

  /** Waits until the standby has all that the primary has. */
  async caughtUp(): Promise<void> {
    await until(async () => {
      const [at] = await this.#asPrimary('SELECT pg_current_wal_insert_lsn() AS lsn');
      const [row] = await asAdmin(this.standby, `SELECT pg_last_wal_replay_lsn() >= '${at?.lsn}' AS done`);
      return row?.done === true;
    });
  }

  async close(): Promise<void> {
    // The standby last: a primary that waits for it ends its sessions all the same.
    for (const daemon of this.#daemons) await daemon.stop();
  }

  #asPrimary(statement: string): Promise<Record<string, unknown>[]> {
    return asAdmin(this.primary, 'SET synchronous_commit = local', statement);
  }
}

/** Has the copy of a cluster follow the primary, by its socket. */
function follow(data: string, { socket, port }: Server): void {
  const from = `host=${socket} port=${port} user=postgres`;
  writeFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`, { flag: 'a' });
  writeFileSync(join(data, 'standby.signal'), '');
  const user = account();
  if (user) own(data, user);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); await sleep(20)) {
    if (Date.now() > end) throw new Error('the servers did not get there within 20 s');
  }
}
