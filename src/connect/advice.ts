import type { ErrorCode, Hint } from '../errors.ts';
import type { Failure } from './cause.ts';
import type { Endpoint } from './endpoint.ts';

export interface Advice {
  readonly note?: string;
  readonly hints: readonly Hint[];
}

/** What a failed connection probably means, and what to type. */
export function advice(code: ErrorCode, endpoint: Endpoint, failure: Failure): Advice {
  return table[code]?.(endpoint, failure) ?? { hints: [...show(endpoint), again(endpoint)] };
}

type Make = (endpoint: Endpoint, failure: Failure) => Advice;

const show = ({ name, file }: Endpoint): Hint[] =>
  file === undefined ? [] : [['see where it dials, and how', `dbcreds show ${name}`]];
const again = ({ name, file }: Endpoint): Hint => [
  'then try again',
  file === undefined ? `dbcreds add ${name}` : `dbcreds test ${name}`,
];
const store = ({ name, file }: Endpoint): Hint => [
  'store the right one',
  file === undefined ? `dbcreds add ${name}` : `dbcreds update ${name} --password`,
];

/** A profile that is there is changed in its file; `add` makes new ones. */
const change = ({ name, file }: Endpoint, what: string, json: string, options: string): Hint => [
  what,
  file === undefined ? `dbcreds add ${name} ${options}` : `${json} in ${file}`,
];

const table: Partial<Record<ErrorCode, Make>> = {
  REFUSED: (to) => ({
    note: 'Nothing listens there. Is the server running, the tunnel open, the port right?',
    hints: [...show(to), again(to)],
  }),
  UNKNOWN_HOST: (to) => ({
    note: 'No name server knows it, or none answers. Is it spelled right, is a VPN needed?',
    hints: [...show(to), again(to)],
  }),
  UNREACHABLE: (to, { phase }) => ({
    note:
      phase === 'dialling'
        ? 'No connection came about. A firewall, a VPN that is not connected, a sleeping host?'
        : `Something took the connection and kept silent. Is it ${spoken(to.engine)}?`,
    hints: [...show(to), again(to)],
  }),
  WRONG_PASSWORD: (to, { asked }) => ({
    note: to.engine !== 'postgresql' ? mysqlSame(to.tls.mode) : asked ? postgresSame : unasked,
    hints: [
      store(to),
      ...(to.file === undefined ? [] : [['see how old the stored one is', 'dbcreds check'] as const]),
    ],
  }),
  CERT_EXPIRED: (to) => ({
    note: 'Nothing was sent. Whoever runs the server has to renew it.',
    hints: [again(to)],
  }),
  CERT_NAME: (to) => ({
    note: `Nothing was sent. The profile says ${to.host}: another server answered, or it goes by another name.`,
    hints: [...show(to), change(to, 'use the name that it has', '"host": "NAME"', '--host NAME')],
  }),
  CERT_UNKNOWN_CA: (to) => ({
    note: `Nothing was sent. ${to.tls.ca ? "The profile's CA has not" : 'No authority of this system has'} signed it.`,
    hints: [change(to, 'name the CA that signed it', '"tls": { "ca": "FILE" }', '--tls-ca FILE')],
  }),
  TLS_REFUSED: (to) => ({
    note: 'Nothing was sent: the profile asks for TLS, and there is no falling back to plaintext.',
    hints: [...show(to), again(to)],
  }),
  TLS_REQUIRED: (to) => ({
    hints: [
      change(to, 'use TLS', '"tls": { "mode": "verify-full" }', '--tls verify-full'),
      change(to, 'with a CA of your own', '"tls": { "ca": "FILE" }', '--tls-ca FILE'),
      change(to, 'unverified, outside production', '"tls": { "mode": "require" }', '--tls require'),
    ],
  }),
  TOO_MANY: (to) => ({ hints: [again(to)] }),
  NO_DATABASE: (to) => ({
    note: 'The password was right. The database is missing, or this user has no rights on it.',
    hints: to.file === undefined ? [again(to)] : show(to),
  }),
  DATABASE: (to, { server }) => ({
    ...(server === undefined && { note: `It does not speak like ${spoken(to.engine)}, or broke off.` }),
    hints: [...show(to), again(to)],
  }),
  PLUGIN: (to) => ({
    note: 'Known here: caching_sha2_password, mysql_native_password and sha256_password. Nothing was changed.',
    hints: show(to),
  }),
  PASSWORD_EXPIRED: (to) => ({
    note: 'The password is right, but the server lets nobody work with it until it is changed there.',
    hints: [store(to)],
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
