import type { Session } from '../connect/login.ts';
import type { Profile } from '../profiles/profile.ts';
import { showTarget, urlHost } from '../profiles/target.ts';
import { notAsked, notPrimary, plugin, pooled, wrongAccount } from './refusals.ts';
import type { Rotation } from './rotation.ts';

/** What a server says of a connection. */
interface Facts {
  /** The number of the process or thread that serves it. */
  readonly backend: number;
  readonly account: string;
  readonly primary: boolean;
  /** By what the password was looked at, where the server says so. */
  readonly method?: string;
}

/**
 * Whether a login proves anything: the server asked for the password, it is the primary, nothing stands in between, and the
 * account is the one that was meant.
 *
 * @param user whose login it was. Absent: whoever may change the password, by whatever means
 * @returns the account as the server has it
 * @throws DbcredsError `NOT_ASKED`, `POOLED`, `NOT_PRIMARY`, `WRONG_ACCOUNT`, `PLUGIN`
 */
export async function prove(session: Session, rotation: Rotation, user?: string): Promise<string> {
  const { profile } = rotation;
  const where = `${urlHost(session.address.host)}:${session.address.port}`;
  if (user !== undefined && !session.askedForPassword) throw notAsked(profile, showTarget(profile.target));
  // Behind an expired password the server answers nothing until it is changed.
  if (session.expired) return '';
  const { backend, account, primary, method } = await (profile.target.engine === 'postgresql'
    ? postgresql(session)
    : mysql(session));
  // MySQL's greeting has 32 bits of it.
  if (backend % 2 ** 32 !== session.backend % 2 ** 32) throw pooled(profile, where);
  if (!primary) throw notPrimary(profile, where);
  if (user !== undefined) {
    assertAccount(rotation, user, account);
    if (method !== undefined && !ownMethods.has(method)) throw plugin(profile, method, notItsOwn);
  }
  return account;
}

/**
 * From here on names mean the server's own: a function or operator that an account made in a schema of its `search_path`
 * would run as whoever rotates it (CVE-2018-1058).
 */
async function postgresql(session: Session): Promise<Facts> {
  await session.query("SELECT pg_catalog.set_config('search_path', '', false)");
  const [row = {}] = await session.query(
    `SELECT pg_backend_pid() AS backend, session_user::text AS account, pg_is_in_recovery() AS standby,
       current_setting('server_version_num')::int AS version`,
  );
  return {
    ...(Number(row.version) >= 160_000 ? { method: await methodOf(session) } : {}),
    backend: Number(row.backend),
    account: String(row.account),
    primary: row.standby === false,
  };
}

/** How the server looked at the login: `scram-sha-256`, `ldap`. */
async function methodOf(session: Session): Promise<string> {
  const [row] = await session.query('SELECT SYSTEM_USER AS who');
  return String(row?.who ?? '').replace(/:.*/s, '');
}

/** The number stands among others, since ProxySQL answers a bare `SELECT CONNECTION_ID()` itself. */
async function mysql(session: Session): Promise<Facts> {
  const [row = {}] = await session.query(
    'SELECT CONNECTION_ID() AS backend, CURRENT_USER() AS account, @@GLOBAL.read_only AS locked',
  );
  return {
    backend: Number(row.backend),
    account: String(row.account),
    primary: ['0', 'OFF'].includes(String(row.locked)),
  };
}

/** PostgreSQL's methods that look at the password which `ALTER ROLE` sets. */
const ownMethods: ReadonlySet<string> = new Set(['scram-sha-256', 'md5', 'password']);

const notItsOwn = 'whose passwords the server does not keep itself';

/** The role or account of a login, whose name the server may have otherwise. */
export function roleOf({ target, serverUser }: Profile, user: string): string {
  return user === target.user ? (serverUser ?? user) : user;
}

/** Where another account answers, its password would be changed. */
function assertAccount({ profile }: Rotation, user: string, account: string): void {
  const expected = roleOf(profile, user);
  const at = account.lastIndexOf('@');
  const found = profile.target.engine === 'postgresql' || at < 0 ? account : account.slice(0, at);
  if (found !== expected) throw wrongAccount(profile, found, expected);
}
