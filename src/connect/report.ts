import type { Engine } from '../profiles/target.ts';
import type { Row, Session } from './session.ts';

/** What a server says of itself and of whom it let in. */
export interface ServerReport {
  /** `PostgreSQL 18.4`, `MariaDB 10.11.19`, `MySQL 9.7.4`. */
  readonly server: string;
  /** PostgreSQL: the session user. Else the account that was matched, `app@%`. */
  readonly user: string;
  /** May do everything. */
  readonly superuser: boolean;
  /** Takes writes: no standby, and not read-only as a whole. */
  readonly primary: boolean;
}

/** Asks a logged-in server what `test` shows. @throws what {@link Session.query} throws */
export function describe(session: Session, engine: Engine): Promise<ServerReport> {
  return engine === 'postgresql' ? postgresql(session) : mysql(session);
}

async function postgresql(session: Session): Promise<ServerReport> {
  const [row = {}] = await session.query(
    `SELECT current_setting('server_version') AS version, session_user::text AS login,
       pg_is_in_recovery() AS standby,
       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user) AS superuser`,
  );
  return {
    server: `PostgreSQL ${String(row.version).replace(/ .*/, '')}`,
    user: String(row.login),
    superuser: row.superuser === true,
    primary: row.standby !== true,
  };
}

async function mysql(session: Session): Promise<ServerReport> {
  const [row = {}] = await session.query(
    'SELECT VERSION() AS version, CURRENT_USER() AS login, @@GLOBAL.read_only AS locked',
  );
  const grants = await session.query('SHOW GRANTS');
  return {
    server: named(String(row.version)),
    user: String(row.login),
    superuser: grants.some(isSuper),
    primary: ['0', 'OFF'].includes(String(row.locked)),
  };
}

function named(version: string): string {
  const [number = version] = version.split('-');
  return `${/mariadb/i.test(version) ? 'MariaDB' : 'MySQL'} ${number}`;
}

/** `ALL PRIVILEGES` or `SUPER` on everything. MySQL spells all of them out, SUPER among them. */
function isSuper(row: Row): boolean {
  const grant = String(Object.values(row)[0]);
  const [, privileges = ''] = /^GRANT (.*?) ON \*\.\* TO /.exec(grant) ?? [];
  return privileges.split(', ').some((one) => one === 'ALL PRIVILEGES' || one === 'SUPER');
}
