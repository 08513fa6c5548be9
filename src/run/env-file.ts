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

function holdsPassword(name: string, value: string): boolean {
  if (value === '') return false;
  if (/^(DB|DATABASE|PG|POSTGRES|POSTGRESQL|MYSQL|MARIADB|SQL).*(PASS|PASSWORD|PWD)$/i.test(name))
    return true;
  try {
    return parseUrl(value).password !== undefined;
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
