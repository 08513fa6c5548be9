import { TLSSocket } from 'node:tls';
import Client from 'pg/lib/client.js';
import type { Address } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { deniedByHba, type Failure, failureOf, type Phase } from './cause.ts';
import { Wire, within } from './dial.ts';
import type { Endpoint } from './endpoint.ts';
import { connectError } from './failure.ts';
import { withCertificate } from './peek.ts';
import { type Driver, type LoginOptions, type Row, type Session, sessionOf } from './session.ts';
import { planTls, type TlsFacts, type TlsPlan, tlsFacts } from './tls.ts';

/** `login` for PostgreSQL, by pg. */
export async function open(endpoint: Endpoint, password: Secret, options: LoginOptions): Promise<Session> {
  const plan = planTls(endpoint);
  const line = new Line(endpoint, plan, password);
  try {
    await within(options.timeoutMs, line.client.connect());
  } catch (error) {
    const seen = line.failure(error);
    line.drop();
    const failure = await withCertificate(endpoint, seen);
    const look = !plan && !options.once && deniedByHba(failure);
    const needsTls = look && (await welcomeOverTls(endpoint, options));
    throw connectError(endpoint, failure, [password.reveal()], needsTls ? 'TLS_REQUIRED' : undefined);
  }
  return sessionOf(line, endpoint, password, options);
}

/** A client, and what was seen on its way in. */
class Line implements Driver {
  readonly client: Client;
  readonly plan: TlsPlan | undefined;
  readonly #wire: Wire;
  /** The first byte tells whether the server speaks TLS; pg only has words for it. */
  #answer: string | undefined;
  askedForPassword = false;
  /** A role past its `VALID UNTIL` is not let in at all. */
  readonly expired = false;

  constructor(endpoint: Endpoint, plan: TlsPlan | undefined, password: Secret | undefined) {
    this.plan = plan;
    this.#wire = new Wire('postgresql', endpoint.dial);
    const { socket } = this.#wire;
    socket.once('data', (data) => {
      this.#answer = data.toString('latin1', 0, 1);
    });
    // pg would dial host and port, and compare the certificate with what it dialled.
    const stream = Object.assign(socket, { connect: () => socket });
    this.client = new Client({
      ...settings(endpoint, plan),
      stream: () => stream,
      password: () => this.#give(password),
    });
    // PGOPTIONS and PGREPLICATION are for the child.
    Object.assign(this.client.connectionParameters, { options: undefined, replication: undefined });
    // Whoever waits hears of it; without a listener the process would end.
    this.client.on('error', () => {});
  }

  /** A function, so that pg tells us when the server asks. */
  #give(password: Secret | undefined): string {
    this.askedForPassword = true;
    if (!password) throw new Error('no password is given away here');
    return password.reveal();
  }

  get tls(): TlsFacts | undefined {
    return this.secure && tlsFacts(this.secure, this.plan?.chain ?? false);
  }

  get backend(): number {
    return this.client.processID ?? 0;
  }

  get address(): Address {
    return this.#wire.address;
  }

  async rows(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    const result = await this.client.query({ text, ...(values && { values: [...values] }) });
    return [result].flat().at(-1)?.rows ?? [];
  }

  end(): Promise<void> {
    return this.client.end();
  }

  get secure(): TLSSocket | undefined {
    const { stream } = this.client.connection;
    return stream instanceof TLSSocket ? stream : undefined;
  }

  failure(error: unknown): Failure {
    const failure = failureOf(error, this.#phase());
    const refused = this.plan && this.#answer === 'N' && failure.server === undefined;
    return { ...failure, asked: this.askedForPassword, ...(refused && { code: 'TLS_NOT_OFFERED' }) };
  }

  #phase(): Phase {
    const { stage } = this.#wire;
    if (stage !== 'greeting') return stage;
    if (this.askedForPassword) return 'login';
    if (this.secure && !this.secure.getProtocol()) return 'tls';
    return this.#answer === undefined ? 'greeting' : 'login';
  }

  drop(): void {
    this.#wire.socket.destroy();
  }
}

// Each of them stated: what is absent pg takes from PG* variables.
function settings({ user, host, port, database }: Endpoint, plan: TlsPlan | undefined) {
  const ssl = plan && {
    ...plan.material,
    rejectUnauthorized: plan.chain,
    ...(plan.name ? {} : { checkServerIdentity: () => undefined }),
  };
  return {
    user,
    host,
    port,
    database,
    ssl: ssl ?? false,
    sslnegotiation: 'postgres' as const,
    application_name: 'dbcreds',
  };
}

/**
 * Whether the same login would come as far as the password over TLS: then `pg_hba.conf` demands TLS. Nothing is given
 * away: the password is not there, so it does not matter whom we ask.
 */
async function welcomeOverTls(endpoint: Endpoint, { timeoutMs }: LoginOptions): Promise<boolean> {
  const line = new Line(endpoint, { material: {}, chain: false, name: false }, undefined);
  const welcome = await within(timeoutMs, line.client.connect()).then(
    () => true,
    () => line.askedForPassword,
  );
  line.drop();
  return welcome;
}
