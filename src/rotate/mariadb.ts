import type { Profile } from '../profiles/profile.ts';
import type { Secret } from '../secret.ts';
import { quote } from './account.ts';
import type { Form, Reason } from './change.ts';
import type { MysqlOptions } from './mysql.ts';
import type { Dialect } from './mysql-change.ts';
import { needsAdmin, noGrace, plugin } from './refusals.ts';
import { nativeHash } from './verifier.ts';

export const native = 'mysql_native_password';

/**
 * MariaDB writes statements into its logs as they are, so that it gets hashes alone. For oneself it knows only
 * `SET PASSWORD`: every `ALTER USER` takes `CREATE USER`.
 *
 * @throws DbcredsError `PLUGIN`, `NO_GRACE`, `NEEDS_ADMIN`
 */
export function mariadbDialect(profile: Profile, options: MysqlOptions): Dialect {
  const { account, rights, byAdmin, grace, current } = options;
  const strange = account.methods.find((method) => method !== native);
  if (strange !== undefined) throw plugin(profile, strange, 'which dbcreds cannot log in by');
  const alter = byAdmin || rights.createUser;
  if (grace && !alter)
    throw noGrace(profile, 'two passwords at once take CREATE USER of an admin or of the account');
  // SET PASSWORD changes the first and leaves the second as it is (measured with 10.11): an old one would stay valid.
  if (!alter && account.methods.length > 1)
    throw needsAdmin(profile, 'it has two passwords, of which it may change one alone');
  const write = (secret: Secret, form: Form, any = false): string =>
    form === 'hash' ? quote(nativeHash(secret, any)) : `PASSWORD(${quote(secret.reveal())})`;
  const change = (fresh: string, old: () => string): string => {
    if (!alter) return `SET PASSWORD = ${fresh}`;
    const second = grace ? ` OR ${native} USING ${old()}` : '';
    return `ALTER USER ${account.name} IDENTIFIED VIA ${native} USING ${fresh}${second}${expiry(options)}`;
  };
  return {
    user: options.user,
    name: account.name,
    current: options.current,
    before: [],
    statement: (pending, form) =>
      change(write(pending, form), () => (current ? write(current, form, true) : '')),
    shown: change("'*...'", () => "'*...'"),
    refusals,
    logVariables: [
      'general_log',
      'slow_query_log',
      'long_query_time',
      'log_bin',
      'strict_password_validation',
    ],
  };
}

const expiry = ({ validDays }: MysqlOptions): string =>
  validDays === undefined ? '' : ` PASSWORD EXPIRE INTERVAL ${validDays} DAY`;

// With a validator and `strict_password_validation` a hash gets 1290 from SET PASSWORD, and 1396 from ALTER USER.
const refusals: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['1819', 'password'],
  ['1290', 'hash'],
  ['1396', 'hash'],
  ['1372', 'hash'],
  ...['1044', '1064', '1133', '1142', '1227', '1524'].map((code): [string, Reason] => [code, 'change']),
]);
