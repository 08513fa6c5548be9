import { authorities } from './authorities.ts';
import { causeOf, type Failure, failureOf } from './cause.ts';
import { Wire, within } from './dial.ts';
import type { Endpoint } from './endpoint.ts';
import { startTls } from './starttls.ts';
import { type CertificateFacts, describeCertificate } from './tls.ts';

export interface Peek {
  /** Absent where the server speaks no TLS, or could not be asked. */
  readonly certificate?: CertificateFacts;
  /** What verification said; absent where chain and name are right. */
  readonly code?: string;
  /** Why the server could not be asked. */
  readonly failure?: Failure;
}

/** Looks at a server's certificate without logging in: no user, password or certificate of ours is sent. */
export async function peek({ engine, dial, host, tls }: Endpoint, ms: number): Promise<Peek> {
  const wire = new Wire(engine, dial);
  try {
    const secure = await within(ms, startTls(wire.socket, engine, host, tls.ca ?? authorities()));
    if (!secure) return {};
    // Typed as an Error; Node puts the code there.
    const code = secure.authorizationError as unknown as string | null;
    return { certificate: describeCertificate(secure), ...(code && { code }) };
  } catch (error) {
    return { failure: failureOf(error, wire.stage) };
  } finally {
    wire.socket.destroy();
  }
}

/** Adds the certificate to a failure that is about one: what is shown then says what is wrong with it. */
export async function withCertificate(endpoint: Endpoint, failure: Failure): Promise<Failure> {
  if (!causeOf(failure).startsWith('CERT_')) return failure;
  const { certificate } = await peek(endpoint, 2000);
  return { ...failure, ...(certificate && { certificate }) };
}
