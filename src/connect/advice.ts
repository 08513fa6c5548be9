import type { ErrorCode, Hint } from '../errors.ts';
import type { Failure } from './cause.ts';
import type { Endpoint } from './endpoint.ts';

export interface Advice {
  readonly note?: string;
  readonly hints: readonly Hint[];
}

/** What a failed connection probably means, and what to type. */
export function advice(code: ErrorCode, endpoint: Endpoint, failure: Failure): Advice {
  const { name } = endpoint;
  const make = table[code];
  if (make) return make(endpoint, failure);
  return { hints: [['see where it dials, and how', `dbcreds show ${name}`]] };
}

type Make = (endpoint: Endpoint, failure: Failure) => Advice;

const show = (name: string): Hint => ['see where it dials, and how', `dbcreds show ${name}`];
const again = (name: string): Hint => ['then try again', `dbcreds test ${name}`];
const store = (name: string): Hint => [
  'store the right one',
  `dbcreds remove ${name} && dbcreds add ${name}`,
];

const table: Partial<Record<ErrorCode, Make>> = {
  REFUSED: ({ name }) => ({
    note: 'Nothing listens there. Is the server running, the tunnel open, the port right?',
    hints: [show(name), again(name)],
  }),
  UNREACHABLE: ({ name, engine }, { phase }) => ({
    note:
      phase === 'dialling'
        ? 'No connection came about. A firewall, a VPN that is not connected, a sleeping host?'
        : `Something took the connection and kept silent. Is it ${spoken(engine)}?`,
    hints: [show(name), again(name)],
  }),
  WRONG_PASSWORD: ({ name, engine, tls }, { asked }) => ({
    note: engine !== 'postgresql' ? mysqlSame(tls.mode) : asked ? postgresSame : unasked,
    hints: [store(name), ['see how old the stored one is', 'dbcreds check']],
  }),
  CERT_EXPIRED: ({ name }) => ({
    note: 'Nothing was sent. Whoever runs the server has to renew it.',
    hints: [again(name)],
  }),
  CERT_NAME: ({ name, host }) => ({
    note: `Nothing was sent. The profile says ${host}: another server answered, or it goes by another name.`,
    hints: [show(name), ['use the name that it has', `dbcreds add ${name} --host NAME`]],
  }),
  CERT_UNKNOWN_CA: ({ name, tls }) => ({
    note: `Nothing was sent. ${tls.ca ? "The profile's CA has not" : 'No authority of this system has'} signed it.`,
    hints: [['name the CA that signed it', `dbcreds add ${name} --tls-ca FILE`]],
  }),
  TLS_REFUSED: ({ name }) => ({
    note: 'Nothing was sent: the profile asks for TLS, and there is no falling back to plaintext.',
    hints: [show(name), again(name)],
  }),
  TLS_REQUIRED: ({ name }) => ({ hints: [['use TLS', `dbcreds add ${name} --tls verify-full`]] }),
  TOO_MANY: ({ name }) => ({ hints: [again(name)] }),
  NO_DATABASE: ({ name }) => ({
    note: 'The password was right. The database is missing, or this user has no rights on it.',
    hints: [show(name)],
  }),
  DATABASE: ({ name, engine }, { server }) => ({
    ...(server === undefined && { note: `It does not speak like ${spoken(engine)}, or broke off.` }),
    hints: [show(name), again(name)],
  }),
  PASSWORD_EXPIRED: ({ name }) => ({
    note: 'The password is right, but the server lets nobody work with it until it is changed there.',
    hints: [store(name)],
  }),
};

const postgresSame =
  'PostgreSQL answers the same for a wrong password, a missing role, and a role past its VALID UNTIL.';
const unasked =
  'It judged by the address, the system user or a client certificate, and asked for no password.';
const mysqlSame = (mode: string): string =>
  `It answers the same for a wrong password, a missing user, one that may not come from here${
    mode === 'disable' ? ', and one that demands TLS' : ''
  }.`;

const spoken = (engine: Endpoint['engine']): string =>
  ({ postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' })[engine];
