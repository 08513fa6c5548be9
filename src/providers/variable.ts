import { resolve } from 'node:path';
import type { Environment } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import { readSmallFile } from '../files.ts';

/** What a variable, or the file that its `_FILE` twin names, holds. */
export interface Variable {
  /** The one that is set: `DBCREDS_PROD_URL` or `DBCREDS_PROD_URL_FILE`. */
  readonly name: string;
  readonly value: string;
}

/** Where variables come from: the environment, or a file in its shape. */
export interface Source {
  readonly env: Environment;
  /** What relative paths start from. */
  readonly folder: string;
}

/** The variable or its `_FILE` twin that is set, even to nothing. */
export function nameInUse(env: Environment, name: string): string | undefined {
  return [name, `${name}_FILE`].find((one) => env[one] !== undefined);
}

/**
 * Reads a variable, or the file that `<name>_FILE` points at, less one trailing line end. `undefined`: neither is set.
 *
 * @throws DbcredsError `NO_CREDENTIAL` where it is set but empty, `BAD_VARIABLE` where both are set or the file cannot be
 *   read. Neither quotes a value.
 */
export function readVariable(source: Source, name: string): Variable | undefined {
  const file = `${name}_FILE`;
  const [direct, path] = [source.env[name], source.env[file]];
  if (direct !== undefined && path !== undefined)
    throw badVariable(name, `and ${file} are both set`, [['keep one of them:', `unset ${name}`]]);
  if (path !== undefined) return readFile(file, path, source.folder);
  if (direct === undefined) return undefined;
  if (direct === '') throw empty(name, 'is set but empty');
  return { name, value: direct };
}

function readFile(name: string, path: string, folder: string): Variable {
  if (path === '') throw empty(name, 'is set but empty');
  const full = resolve(folder, path);
  const value = readText(name, full).replace(/\r?\n$/, '');
  if (value === '') throw empty(name, `names ${full}, which is empty`);
  return { name, value };
}

function readText(name: string, path: string): string {
  const refuse = (why: string): DbcredsError => badVariable(name, `names ${path}, which ${why}`);
  const data = readSmallFile(path, refuse);
  if (!data) throw refuse('does not exist');
  try {
    // Drops a byte order mark, as PowerShell writes one.
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    throw refuse('is not UTF-8 text');
  }
}

/** @param why continues "DBCREDS_X ..." and quotes no value */
export function badVariable(
  name: string,
  why: string,
  hints: readonly (readonly [string, string])[] = [],
): DbcredsError {
  return new DbcredsError('BAD_VARIABLE', { message: `${name} ${why}`, hints });
}

function empty(name: string, why: string): DbcredsError {
  return new DbcredsError('NO_CREDENTIAL', {
    message: `${name} ${why}`,
    note: 'CI systems set a secret that does not exist, or that this job may not see, to nothing.',
    hints: [['to use another provider instead:', `unset ${name}`]],
  });
}
