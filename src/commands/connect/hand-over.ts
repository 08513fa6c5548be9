import type { Context } from '../../context.ts';
import { loginFile } from '../../inject/mysql.ts';
import { pgpass } from '../../inject/pgpass.ts';
import { fillUnnamed } from '../../launch/unnamed.ts';
import { type ChildEnvironment, connectionFor, type Ready, revealed } from '../../run/environment.ts';
import { Secret } from '../../secret.ts';

/** How a client comes by its password. */
export interface HandOver {
  readonly env: Record<string, string>;
  /** Go before all others. */
  readonly args: readonly string[];
  /** What it gets as descriptor 3. */
  readonly descriptors: readonly number[];
}

/** By its environment, as every program gets it. */
export const byEnvironment = (child: ChildEnvironment): HandOver => ({
  env: revealed(child),
  args: [],
  descriptors: [],
});

/** By an unnamed file: the environment, which all that the client starts would inherit, holds no secret then. */
export function byFile(context: Context, ready: Ready, child: ChildEnvironment, memory: number): HandOver {
  const { connection } = connectionFor(context, ready);
  const isPostgresql = connection.engine === 'postgresql';
  fillUnnamed(memory, isPostgresql ? pgpass(connection, '*') : loginFile(connection));
  const set = Object.entries(child.set).filter(
    (entry): entry is [string, string] => !(entry[1] instanceof Secret),
  );
  // A run inside would count on finding the credentials in the environment.
  const { DBCREDS_ACTIVE: _, ...env } = { ...child.kept, ...Object.fromEntries(set) };
  return {
    env: { ...env, ...(isPostgresql ? { PGPASSFILE: path } : noLoginPaths) },
    // Not the extra file, over which `~/.my.cnf` would win.
    args: isPostgresql ? [] : [`--defaults-file=${path}`],
    descriptors: [memory],
  };
}

const path = '/dev/fd/3';

/** MySQL's clients read `~/.mylogin.cnf` beside any other file, and it would win. */
const noLoginPaths = { MYSQL_TEST_LOGIN_FILE: '/dev/null' };
