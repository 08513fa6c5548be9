import { TLSSocket } from 'node:tls';
import { type Connection, createConnection } from 'mysql2';
import type { Address } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { type Failure, failureOf, type Phase, spokenCode } from './cause.ts';
import { Wire, within } from './dial.ts';
import type { Endpoint } from './endpoint.ts';
import { connectError } from './failure.ts';
import { withCertificate } from './peek.ts';
import { type Driver, type LoginOptions, type Row, type Session, sessionOf } from './session.ts';
import { planTls, type TlsFacts, type TlsPlan, tlsFacts } from './tls.ts';

/** `login` for MySQL and MariaDB, by mysql2. */
export async function open(endpoint: Endpoint, password: Secret, options: LoginOptions): Promise<Session> {
  const plan = planTls(endpoint);
  const line = new Line(endpoint, plan, password, options);
  try {
    await within(options.timeoutMs, line.enter());
  } catch (error) {
    const seen = line.failure(error);
    line.drop();
    const failure = await withCertificate(endpoint, seen);
    const needsTls = !plan && !options.once && (await welcomeOverTls(endpoint, failure, password, options));
    throw connectError(endpoint, failure, [password.reveal()], needsTls ? 'TLS_REQUIRED' : undefined);
  }
  return sessionOf(line, endpoint, password, options);
}

/** A connection, and what was seen on its way in. */
class Line implements Driver {
  readonly connection: Connection;
  readonly plan: TlsPlan | undefined;
  readonly #wire: Wire;
  readonly #local: boolean;
  readonly #entered: Promise<void>;
  readonly #mayHaveExpired: boolean;
  askedForPassword = true;
  expired = false;
  #greeted = false;

  constructor(endpoint: Endpoint, plan: TlsPlan | undefined, password: Secret, { expired }: LoginOptions) {
    this.plan = plan;
    this.#mayHaveExpired = expired === true;
    this.#local = endpoint.dial.host.startsWith('/');
    this.#wire = new Wire(endpoint.engine, endpoint.dial);
    const { socket } = this.#wire;
    socket.once('data', () => {
      this.#greeted = true;
    });
    this.connection = createConnection({
      ...settings(endpoint, plan, expired),
      stream: () => socket,
      password: password.reveal(),
    });
    this.#entered = new Promise((resolve, reject) => {
      this.connection.once('connect', () => resolve());
      // Stays: without a listener the process would end when the server goes away.
      this.connection.on('error', reject);
    });
    this.#entered.catch(() => {});
  }

  /** Waits for the login, and asks whether the password mattered. One that has expired shows only now. */
  async enter(): Promise<void> {
    await this.#entered;
    const [row] = await this.#unlessExpired(this.rows('SELECT CURRENT_USER() AS account'));
    if (this.expired) {
      this.askedForPassword = !this.#local;
      return;
    }
    this.askedForPassword =
      !isUnchecked(String(row?.account)) && !(this.#local && (await this.#knownToTheKernel()));
  }

  async #unlessExpired(rows: Promise<readonly Row[]>): Promise<readonly Row[]> {
    try {
      return await rows;
    } catch (error) {
      this.expired = this.#mayHaveExpired && failureOf(error, 'login').server === mustChange;
      if (this.expired) return [];
      throw error;
    }
  }

  /** Accounts of `auth_socket` and `unix_socket` come in with any password, and through the socket alone. */
  async #knownToTheKernel(): Promise<boolean> {
    const [row] = await this.rows('SHOW CREATE USER CURRENT_USER()');
    return /\b(unix|auth)_socket\b/.test(String(Object.values(row ?? {})[0]));
  }

  async rows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    const promised = this.connection.promise();
    // `query` would write the values into the statement.
    const [rows] = values ? await promised.execute(sql, [...values] as never) : await promised.query(sql);
    return Array.isArray(rows) ? (rows as Row[]) : [];
  }

  get tls(): TlsFacts | undefined {
    return this.secure && tlsFacts(this.secure, this.plan?.chain ?? false);
  }

  get backend(): number {
    return this.connection.threadId ?? 0;
  }

  get address(): Address {
    return this.#wire.address;
  }

  end(): Promise<void> {
    return this.connection.promise().end();
  }

  get secure(): TLSSocket | undefined {
    const { stream } = this.connection as Connection & { stream: unknown };
    return stream instanceof TLSSocket ? stream : undefined;
  }

  /** mysql2 puts `HANDSHAKE_SSL_ERROR` over the code of what failed in TLS; the socket still knows it, but not Deno's. */
  failure(error: unknown): Failure {
    const failure = failureOf(error, this.#phase());
    const known = this.secure?.authorizationError as unknown as string | null | undefined;
    const verification =
      failure.code === 'HANDSHAKE_SSL_ERROR' && this.plan?.chain && (known || spokenCode(failure));
    return { ...failure, ...(verification && { code: verification }) };
  }

  #phase(): Phase {
    if (!this.#greeted) return this.#wire.stage;
    return this.plan && !this.secure?.getProtocol() ? 'tls' : 'login';
  }

  drop(): void {
    this.connection.destroy();
    this.#wire.socket.destroy();
  }
}

function settings(endpoint: Endpoint, plan: TlsPlan | undefined, expired?: true) {
  const { host, port, user, database, dial: to } = endpoint;
  return {
    host,
    port,
    user,
    database,
    // With a stream of our own it only says that the line is a local one, where no password has to be encrypted.
    ...(to.host.startsWith('/') && { socketPath: to.host }),
    ...(plan && {
      ssl: { ...plan.material, rejectUnauthorized: plan.chain, verifyIdentity: plan.name } as object,
    }),
    // Our own bound is wider: it begins with the name.
    connectTimeout: 0,
    // A server may ask for any file of ours with LOAD DATA LOCAL, and its column names would become code.
    // MySQL cuts off whoever does not say that they can handle an expired password, before any statement.
    flags: ['-LOCAL_FILES', ...(expired ? ['CAN_HANDLE_EXPIRED_PASSWORDS'] : [])],
    disableEval: true,
    trace: false,
    supportBigNumbers: true,
  };
}

// `@` in MariaDB, `skip-grants user@skip-grants host` in MySQL: started with --skip-grant-tables, it checks nothing.
const isUnchecked = (account: string): boolean => account === '@' || account.startsWith('skip-grants user@');

/** ER_MUST_CHANGE_PASSWORD, of every statement of an account whose password has expired. */
const mustChange = '1820';
const denied = '1045';

/**
 * Whether the same login works over TLS. MariaDB and an account that has `REQUIRE SSL` say "access denied" without it,
 * as for a wrong password. It is tried on a server that proves to be the right one, and else not at all.
 */
async function welcomeOverTls(
  endpoint: Endpoint,
  failure: Failure,
  password: Secret,
  options: LoginOptions,
): Promise<boolean> {
  if (failure.server !== denied || endpoint.dial.host.startsWith('/')) return false;
  const strict = { ...endpoint, tls: { ...endpoint.tls, mode: 'verify-full' } } as const;
  try {
    await (await open(strict, password, options)).close();
    return true;
  } catch {
    return false;
  }
}
