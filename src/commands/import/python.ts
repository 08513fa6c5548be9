import { join } from 'node:path';
import { DbcredsError } from '../../errors.ts';
import { readSmallFile } from '../../files.ts';
import { isHost, normalHost } from '../../profiles/target.ts';
import { type PythonEntry, readPython } from '../../providers/keychain/python.ts';
import { hooksOf } from '../../run/store.ts';
import type { Stage } from '../command.ts';
import { asName, type Candidate } from './candidate.ts';

/** What `~/.dbcreds/environments.json` says of one environment. */
interface Environment {
  readonly name: string;
  readonly engine: string;
  readonly production: boolean;
  readonly description?: string;
}

/** What the Python tool has: environments in `~/.dbcreds/environments.json`, logins in the keychain. */
export async function pythonCandidates({ context, terminal }: Stage): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const environment of environmentsOf(join(context.home, '.dbcreds', 'environments.json'))) {
    const { name, engine } = environment;
    const left = (why: string): void => terminal.say(`dbcreds: left out: ${name}: ${why}`);
    if (engine !== 'postgresql' && engine !== 'mysql') {
      left(`its database is neither PostgreSQL nor MySQL (${engine})`);
      continue;
    }
    const entry = await entryOf({ context, terminal }, name);
    if (typeof entry === 'string') left(entry);
    else if (entry === undefined) left('the keychain has no password of it');
    else if (!isHost(normalHost(entry.host))) left('its host is neither a name nor an address');
    else found.push(candidateOf(environment, engine, entry));
  }
  return found;
}

/** @returns a text: why that one cannot be used */
async function entryOf(
  { context, terminal }: Stage,
  name: string,
): Promise<PythonEntry | string | undefined> {
  try {
    return await readPython(context, hooksOf(terminal), name);
  } catch (error) {
    if (error instanceof DbcredsError && error.code === 'RECORD_INVALID') return error.message;
    throw error;
  }
}

function candidateOf(
  { name, production, description }: Environment,
  engine: 'postgresql' | 'mysql',
  { host, port, database, user, password, params, dates }: PythonEntry,
): Candidate {
  const { setAt, expiresAt } = dates;
  const span = setAt === undefined || expiresAt === undefined ? 0 : expiresAt - setAt;
  const days = Math.round(span / 86_400_000);
  return {
    name: asName(name),
    target: { engine, host: normalHost(host), port, database, user },
    password,
    params,
    sources: [],
    from: `the keychain, dbcreds:${name}`,
    production,
    dates,
    more: {
      ...(description === undefined ? {} : { description }),
      ...(days > 0 ? { expires: `${days}d` } : {}),
    },
  };
}

/** @throws DbcredsError `FILE_ACCESS` */
function environmentsOf(file: string): Environment[] {
  const refuse = (why: string): DbcredsError =>
    new DbcredsError('FILE_ACCESS', { message: `${file} ${why}` });
  const content = readSmallFile(file, refuse, 1 << 20);
  if (content === undefined) throw refuse('does not exist: the Python tool has no environment here');
  const list = parse(content.toString('utf8'));
  if (!Array.isArray(list)) throw refuse('is no list of environments');
  return list.flatMap(environmentOf);
}

function environmentOf(one: { [key: string]: unknown } | null): Environment[] {
  const { name, database_type: engine, description, is_production: production } = one ?? {};
  if (typeof name !== 'string' || typeof engine !== 'string' || !/^[\w-]{1,50}$/.test(name)) return [];
  const said = typeof description === 'string' && description !== '' ? { description } : {};
  return [{ name: name.toLowerCase(), engine, production: production === true, ...said }];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
