import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import { mayEnvFileSet } from '../inject/index.ts';
import { parseUrl } from '../profiles/target.ts';
import { parseEnvText } from '../providers/dotenv.ts';

/**
 * The variables of `--env-file`. Refused as a whole where it holds a database password, or a name that dbcreds sets or that
 * runs code.
 *
 * @throws DbcredsError `USAGE`, which names the variable and never its value
 */
export function readEnvFile(file: string, context: Context): Record<string, string> {
  const path = resolve(context.cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refused(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const variables = parseEnvText(text);
  for (const [name, value] of Object.entries(variables)) {
    if (holdsPassword(name, value)) throw refused(path, `holds a database password, in ${name}`);
    if (!mayEnvFileSet(name))
      throw refused(path, `sets ${name}, which dbcreds sets itself or which runs code or redirects`);
  }
  return variables;
}

const names =
  /(^|_)(DB|DATABASE|PG|POSTGRES|POSTGRESQL|MYSQL|MARIADB|SQL).*(PASS|PASSWD|PASSWORD|PASSPHRASE|PWD)$/i;
/** `Server=db;Password=x`, `host=db password=x`, `?user=a&password=x`. */
const pair = /(^|[\s;?&])(password|passwd|pwd)\s*=\s*[^\s;&]/i;
const place = /:\/\/|(^|[\s;?&])(host|server|data source|dbname|database|user|user id|uid)\s*=/i;
/** go-sql-driver's. */
const dsn = /^[^:@/\s]+:[^@]+@(tcp|unix)\(/;

function holdsPassword(name: string, value: string): boolean {
  if (value === '') return false;
  if (names.test(name) || dsn.test(value) || (pair.test(value) && place.test(value))) return true;
  try {
    return parseUrl(value.replace(/^jdbc:/, '')).password !== undefined;
  } catch {
    // Not a connection URL.
    return false;
  }
}

function refused(path: string, why: string): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'refused',
    message: `--env-file ${path} ${why}`,
    note: 'Nothing was started.',
    hints: [['keep the password with dbcreds, and take the line out:', 'dbcreds add NAME']],
  });
}
