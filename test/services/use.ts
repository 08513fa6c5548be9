import type { Certificates } from './certificates.ts';
import type { Commands } from './commands.ts';
import type { Go } from './go.ts';
import type { Programs as NpmClients } from './npm-clients.ts';
import type { Programs } from './pgbouncer-programs.ts';
import type { Programs as PostgresqlClients } from './postgresql-clients.ts';
import type { Python } from './python.ts';
import type { Server } from './server.ts';

/** What a server shows a client: a certificate, or none. */
export type Face = 'right' | 'ip' | 'expired' | 'otherName' | 'otherCa' | 'plain';

/**
 * A {@link Face}, or `right` with a habit: `small` takes few connections, `noisy` writes down all that it is told
 * (`raw`, of MySQL alone: as it was told), `strict` checks passwords, `trust` (PostgreSQL) asks for none.
 */
export type Variant = Face | Habit;

type Habit = 'small' | 'noisy' | 'raw' | 'strict' | 'trust';

/** The certificate that a variant shows. */
export const faceOf = (variant: Variant): Face => (isHabit(variant) ? 'right' : variant);

const isHabit = (variant: Variant): variant is Habit =>
  ['small', 'noisy', 'raw', 'strict', 'trust'].includes(variant);

/** Engines that alone have a variant. */
const only: Readonly<Record<string, string>> = { raw: 'mysql', trust: 'postgresql' };

/** Every service, with what a test is told of it. */
export interface Services {
  certificates: Certificates;
  postgresql: Server;
  mariadb: Server;
  mysql: Server;
  /** Folder to put in front of `PATH` and the binary itself; the variant is the major version. */
  node: { readonly file: string; readonly version: string };
  /** Where the programs are that the Secret Service is made of. */
  'secret-service': Commands;
  /** `age` and `age-keygen`. */
  age: Commands;
  pgbouncer: Programs;
  /** `bash`, `zsh` and `fish`. */
  shells: Commands;
  /** What shows a manual page, and what checks one. */
  man: Commands;
  /** What `docker run --init` puts in front. */
  tini: Commands;
  python: Python;
  go: Go;
  'npm-clients': NpmClients;
  'postgresql-clients': PostgresqlClients;
  pty: { readonly works: true };
  /** A program that people start others from; the variant is its name: `deno`, `pnpm`, `yarn`, `berry`, `turbo`. */
  host: { readonly file: string };
  direnv: Commands;
  'systemd-analyze': Commands;
  /** With a namespace for a manager to run in. */
  systemd: Commands;
}

/** The service cannot be had on this machine: a reason to skip, and the message says what is missing. */
export class Unavailable extends Error {
  override readonly name: string = 'Unavailable';
}

type Answer = { readonly value: unknown } | { readonly unavailable: string } | { readonly error: string };

/**
 * What a service tells, after starting it where it does not run yet. Services run once for all test files of a run; a
 * file started by hand starts its own, and ends them with itself.
 *
 * @param variant the server's certificate, or Node's major version
 * @throws Unavailable where this machine cannot have it
 */
export async function use<K extends keyof Services>(service: K, variant = 'right'): Promise<Services[K]> {
  if (variant in only && only[variant] !== service) throw new Error(`${service} has no variant ${variant}`);
  const answer = process.connected ? await ask(service, variant) : await startHere(service, variant);
  if ('unavailable' in answer) throw new Unavailable(answer.unavailable);
  if ('error' in answer) throw new Error(`${service}/${variant} did not start: ${answer.error}`);
  return answer.value as Services[K];
}

/** Over the pipe to the runner, which holds the services. Listening keeps this process alive, so it listens only while it waits. */
function ask(service: string, variant: string): Promise<Answer> {
  return new Promise((resolve) => {
    const listen = (message: { answer?: string } & Answer): void => {
      if (message.answer !== `${service}/${variant}`) return;
      process.off('message', listen);
      resolve(message);
    };
    process.on('message', listen);
    process.send?.({ need: { service, variant } });
  });
}

async function startHere(service: string, variant: string): Promise<Answer> {
  const { ownGround } = await import('./ground.ts');
  return (await ownGround()).answer(service, variant);
}
