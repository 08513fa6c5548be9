import type { Session } from '../connect/login.ts';
import { isLocal } from '../profiles/address.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { type Account, quote, type Rights } from './account.ts';
import type { Form, Reason } from './change.ts';
import type { Dialect } from './mysql-change.ts';
import { noGrace, plaintextSql, plugin } from './refusals.ts';
import { cachingPbkdf2, cachingSha2, nativeHash } from './verifier.ts';

/** A change on MySQL: whose, and by whom. */
export interface MysqlOptions {
  readonly account: Account;
  /** The login: what the lock is called by. */
  readonly user: string;
  readonly rights: Rights;
  /** By another account's session. */
  readonly byAdmin: boolean;
  /** The password that is to be replaced, where it is known. */
  readonly current: Secret | undefined;
  readonly grace: boolean;
  readonly allowPlaintext: boolean;
  /** `PASSWORD EXPIRE INTERVAL`, in days. */
  readonly validDays?: number | undefined;
}

/** @throws DbcredsError `PLUGIN`, `NO_GRACE`, `PLAINTEXT_SQL` */
export async function mysqlDialect(
  profile: Profile,
  session: Session,
  options: MysqlOptions,
): Promise<Dialect> {
  const { account, rights, byAdmin, grace } = options;
  const [method = '', another] = account.methods;
  if (another !== undefined || !speaks.has(method)) throw strange(profile, account.methods);
  const hashes = hashed.has(method) && (byAdmin || rights.createUser);
  if (!hashes) await assertRewritten(profile, session, options);
  if (grace && !byAdmin && !rights.twoPasswords) throw noGrace(profile, lacking);
  // USER() is whoever says it, and an admin's own password must stay.
  const who = hashes || byAdmin ? account.name : 'USER()';
  const mayDiscard = byAdmin || rights.twoPasswords;
  const tail = `${grace ? ' RETAIN CURRENT PASSWORD' : ''}${expiry(options)}`;
  const keeping = hashes ? await keepingOf(session) : { thousands: 0, pbkdf2: false };
  return {
    user: options.user,
    name: account.name,
    current: options.current,
    // Else an older second password, of a rotation that was forgotten, would stay valid.
    before: mayDiscard && !grace ? [`ALTER USER ${who} DISCARD OLD PASSWORD`] : [],
    statement: (pending: Secret, form: Form): string =>
      hashes && form === 'hash'
        ? `ALTER USER ${who} IDENTIFIED WITH ${method} AS ${literal(method, pending, keeping)}${tail}`
        : `ALTER USER ${who} IDENTIFIED BY ${quote(pending.reveal())}${replacing(options)}${tail}`,
    shown: hashes
      ? `ALTER USER ${who} IDENTIFIED WITH ${method} AS '...'${tail}`
      : `ALTER USER ${who} IDENTIFIED BY '...' REPLACE '...'${tail}   (the server keeps both out of its logs)`,
    refusals,
    logVariables,
  };
}

/** What mysql2 can log in by. */
const speaks = new Set(['caching_sha2_password', 'mysql_native_password', 'sha256_password']);

/** What can be set as a hash. */
const hashed = new Set(['caching_sha2_password', 'mysql_native_password']);

const lacking = 'two passwords at once take CREATE USER, or APPLICATION_PASSWORD_ADMIN of the account itself';

const logVariables = ['general_log', 'slow_query_log', 'long_query_time', 'log_bin', 'log_raw'];

const refusals: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['1819', 'password'],
  ['3638', 'password'],
  ['4165', 'password'],
  ['1290', 'change'],
  ['1827', 'hash'],
  ...['1044', '1064', '1133', '1142', '1227', '1396', '1524', '3878', '3892', '3894', '3895'].map(
    (code): [string, Reason] => [code, 'change'],
  ),
]);

function strange(profile: Profile, methods: readonly string[]): ReturnType<typeof plugin> {
  return methods.length > 1
    ? plugin(profile, methods.join(' and '), 'of which a password is but one part')
    : plugin(profile, methods[0] ?? 'nothing', 'which dbcreds cannot log in by');
}

/**
 * For oneself MySQL takes no hash. The server writes `<secret>` into its logs in place of what stands in the statement, but
 * where `log_raw` is on; on the way only TLS hides it.
 */
async function assertRewritten(profile: Profile, session: Session, options: MysqlOptions): Promise<void> {
  if (options.allowPlaintext) return;
  assertHidden(profile, session);
  if (await isRaw(session))
    throw plaintextSql(
      profile,
      'the server writes passwords into its logs',
      [['log_raw', 'ON']],
      ' --allow-plaintext-sql',
    );
}

/** @throws DbcredsError `PLAINTEXT_SQL` where somebody on the way could read a statement */
export function assertHidden(profile: Profile, session: Session): void {
  if (!isLocal(session.address.host) && !session.tls?.authorized)
    throw plaintextSql(profile, 'the connection is not verified by TLS', [], ' --allow-plaintext-sql');
}

async function isRaw(session: Session): Promise<boolean> {
  const [row] = await session.query('SELECT @@GLOBAL.log_raw AS raw');
  return Number(row?.raw) !== 0;
}

/** How the server keeps passwords of `caching_sha2_password`; older ones have no choice of a form. */
interface Keeping {
  readonly thousands: number;
  readonly pbkdf2: boolean;
}

async function keepingOf(session: Session): Promise<Keeping> {
  const rows = await session.query("SHOW GLOBAL VARIABLES LIKE 'caching\\_sha2\\_password\\_%'");
  const found = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
  return {
    thousands: Math.floor(Number(found.get('caching_sha2_password_digest_rounds') ?? 5000) / 1000),
    // Where it is enforced, an account with another form has to change its password before it can do anything.
    pbkdf2: found.get('caching_sha2_password_storage_format') === 'PBKDF2_SHA512',
  };
}

function literal(method: string, pending: Secret, { thousands, pbkdf2 }: Keeping): string {
  if (method === 'mysql_native_password') return `'${nativeHash(pending)}'`;
  const make = pbkdf2 ? cachingPbkdf2 : cachingSha2;
  return `0x${make(pending, undefined, thousands).toString('hex')}`;
}

/** An admin replaces without knowing it. */
function replacing({ byAdmin, current }: MysqlOptions): string {
  return byAdmin || !current ? '' : ` REPLACE ${quote(current.reveal())}`;
}

function expiry({ validDays }: MysqlOptions): string {
  return validDays === undefined ? '' : ` PASSWORD EXPIRE INTERVAL ${validDays} DAY`;
}
