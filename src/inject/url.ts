import type { UrlStyle } from '../profiles/profile.ts';
import { urlHost } from '../profiles/target.ts';
import { type Connection, verifies } from './connection.ts';
import { percent, query } from './encode.ts';

type Params = Readonly<Record<string, string | undefined>>;

/**
 * The connection URL in a client's own dialect, or `undefined` for `none`. TLS parameters differ by client, and most take
 * an unknown one in silence and then speak plaintext, so that no URL is right for all (docs/clients.md).
 */
export function urlOf(connection: Connection, style: UrlStyle): string | undefined {
  if (style === 'none') return undefined;
  if (style === 'jdbc') return jdbc(connection);
  if (style === 'go' && connection.engine !== 'postgresql') return goDsn(connection);
  const scheme = schemeOf(connection, style);
  const { user, password, host, port, database } = connection;
  const socket = host.startsWith('/') && connection.engine !== 'postgresql';
  const address = `${socket ? 'localhost' : urlHost(host)}:${port}`;
  const params = query({
    ...connection.params,
    ...tlsParams(connection, style),
    ...(socket ? socketParam(host, style) : {}),
  });
  const base = `${scheme}://${percent(user)}:${percent(password.reveal())}@${address}/${percent(database)}`;
  return params === '' ? base : `${base}?${params}`;
}

/** SQLAlchemy's scheme names the driver: alone, `postgresql` is psycopg2 up to its version 2.0, and psycopg from 2.1 on. */
/**
 * The URL for somebody who gets no variable beside it: what is dialled instead of the host, which `PGHOSTADDR` says to a run's
 * child, stands in it. Without, it would lead to the tunnel's port on the server itself.
 */
export function loneUrlOf(connection: Connection, style: UrlStyle): string | undefined {
  const { hostAddress, params } = connection;
  const dialled = hostAddress === undefined ? {} : { hostaddr: hostAddress };
  return urlOf({ ...connection, params: { ...params, ...dialled } }, style);
}

function schemeOf({ engine }: Connection, style: UrlStyle): string {
  if (engine === 'postgresql') return style === 'sqlalchemy' ? `${engine}+psycopg` : engine;
  const schemes: Partial<Record<UrlStyle, string>> = {
    mariadb: 'mariadb',
    sqlalchemy: `${engine}+pymysql`,
    rails: 'mysql2',
  };
  return schemes[style] ?? 'mysql';
}

const socketParam = (path: string, style: UrlStyle): Params =>
  style === 'prisma' || style === 'rails'
    ? { socket: path }
    : style === 'sqlalchemy'
      ? { unix_socket: path }
      : { socketPath: path };

function tlsParams(connection: Connection, style: UrlStyle): Params {
  if (style === 'postgresjs' || style === 'bun') return sslmode(connection);
  if (connection.engine === 'postgresql')
    return style === 'prisma' ? prismaPg(connection) : libpq(connection);
  const forms: Partial<Record<UrlStyle, (connection: Connection) => Params>> = {
    mysql2,
    mariadb,
    prisma,
    sqlalchemy,
    rails,
  };
  return forms[style]?.(connection) ?? {};
}

/** libpq's words; pg, psycopg, pgx and JDBC read the same. Never one that libpq does not know: it would refuse the URL. */
function libpq({ tls }: Connection): Params {
  return { sslmode: tls.mode, sslrootcert: tls.ca, sslcert: tls.cert, sslkey: tls.key };
}

/**
 * postgres.js sends the server any word that it does not know, which then refuses `sslrootcert`; Bun reads these modes for
 * MySQL too, and any other word of TLS for one of them. A private CA reaches both by NODE_EXTRA_CA_CERTS alone.
 */
const sslmode = ({ tls }: Connection): Params => ({ sslmode: tls.mode });

/** Prisma's own engine (up to version 6): verification hangs on `sslaccept`, and the CA is called `sslcert`. */
function prismaPg({ tls }: Connection): Params {
  if (tls.mode === 'disable') return { sslmode: 'disable' };
  return { sslmode: 'require', ...prisma({ tls } as Connection) };
}

function prisma({ tls }: Pick<Connection, 'tls'>): Params {
  if (tls.mode === 'disable') return {};
  return { sslaccept: verifies(tls.mode) ? 'strict' : 'accept_invalid_certs', sslcert: tls.ca };
}

/** mysql2 checks the host's name only if `verifyIdentity` says so, and takes the CA as text. */
function mysql2({ tls }: Connection): Params {
  if (tls.mode === 'disable') return {};
  const ca = tls.caText === undefined ? {} : { ca: tls.caText };
  const identity = tls.mode === 'verify-full' ? { verifyIdentity: true } : {};
  return { ssl: JSON.stringify({ rejectUnauthorized: verifies(tls.mode), ...identity, ...ca }) };
}

/** mariadb's connector verifies with `ssl=true`; a private CA reaches it by NODE_EXTRA_CA_CERTS alone. */
function mariadb({ tls }: Connection): Params {
  return tls.mode === 'disable' ? {} : { ssl: 'true' };
}

/**
 * PyMySQL's words, of which SQLAlchemy takes `ssl_ca`, `ssl_cert`, `ssl_key` and `ssl_check_hostname` for one `ssl` option.
 * Never `ssl_verify_cert` or `ssl_verify_identity` with them: those pass by as words of their own, and then PyMySQL forgets
 * that option, the CA in it, and for want of a CA the host's name (1.2.4 with SQLAlchemy 2.1.9). Without a CA it checks
 * nothing at all, so that there is always one: where the system has no bundle, a file that does not exist.
 */
function sqlalchemy({ tls }: Connection): Params {
  if (tls.mode === 'disable') return {};
  const own = { ssl_cert: tls.cert, ssl_key: tls.key };
  if (verifies(tls.mode)) {
    const ca = tls.ca ?? tls.systemCa ?? 'system';
    return { ssl_ca: ca, ssl_check_hostname: String(tls.mode === 'verify-full'), ...own };
  }
  return tls.cert ? own : { ssl_verify_cert: 'false' };
}

function rails({ tls }: Connection): Params {
  const modes = {
    disable: 'disabled',
    require: 'required',
    'verify-ca': 'verify_ca',
    'verify-full': 'verify_identity',
  };
  return { ssl_mode: modes[tls.mode], sslca: tls.ca, sslcert: tls.cert, sslkey: tls.key };
}

function jdbc(connection: Connection): string {
  const { engine, host, port, database, user, password, tls } = connection;
  const login = { user, password: password.reveal() };
  const address = `jdbc:${engine}://${urlHost(host)}:${port}/${percent(database)}`;
  const forms = {
    postgresql: libpq(connection),
    mysql: {
      sslMode: {
        disable: 'DISABLED',
        require: 'REQUIRED',
        'verify-ca': 'VERIFY_CA',
        'verify-full': 'VERIFY_IDENTITY',
      }[tls.mode],
    },
    mariadb: {
      sslMode: {
        disable: 'disable',
        require: 'trust',
        'verify-ca': 'verify-ca',
        'verify-full': 'verify-full',
      }[tls.mode],
      serverSslCert: tls.ca,
    },
  };
  return `${address}?${query({ ...login, ...connection.params, ...forms[engine] })}`;
}

/** go-sql-driver's DSN: the password stands as it is, up to the last `@`; `tls=true` checks chain and name. */
function goDsn({ host, port, database, user, password, tls, params }: Connection): string {
  const network = host.startsWith('/') ? `unix(${host})` : `tcp(${urlHost(host)}:${port})`;
  const mode = tls.mode === 'disable' ? 'false' : tls.mode === 'require' ? 'skip-verify' : 'true';
  return `${user}:${password.reveal()}@${network}/${percent(database)}?${query({ ...params, tls: mode })}`;
}
