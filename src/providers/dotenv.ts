import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse } from 'dotenv';
import { DbcredsError } from '../errors.ts';
import { readSmallFile } from '../files.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { fromUrl, recordFromVariables, setVariables } from './env.ts';
import type { Provider, Ref } from './provider.ts';
import { refuseWrites } from './readonly.ts';
import { badVariable, readVariable, type Source } from './variable.ts';

/** A `.env` file, read and never loaded into our environment. For the first day and for tests. */
export function openDotenv(profile: Profile): Provider {
  const file = profile.filePath ?? join(dirname(profile.file), '.env');
  const used = { lines: '' };
  return {
    name: 'dotenv',
    /** Once it was read, with the line that was used. */
    get place() {
      return used.lines === '' ? file : `${used.lines} in ${file}`;
    },
    durable: false,
    ...refuseWrites(file, 'Edit the file, or store the password with "dbcreds add" under another provider.'),
    get: async (ref) => {
      if (ref.production) throw notForProduction(file, ref);
      const env = readEnv(file);
      if (!env) return undefined;
      const source: Source = { env, folder: dirname(file) };
      const own = setVariables(env, ref.variable);
      assertHarmless(env, own, file, profile);
      const record = own.length > 0 ? recordFromVariables(source, ref) : fromDatabaseUrl(source, ref, file);
      if (record) used.lines = own.join(', ') || 'DATABASE_URL';
      return record;
    },
  };
}

/**
 * The file, and the path of it, may come with somebody else's repository: it must not have another file of its reader's sent
 * to a server as a password, nor a password of another project, which does not say where it belongs.
 */
function assertHarmless(
  env: Source['env'],
  own: readonly string[],
  file: string,
  { project, file: profileFile, variable }: Profile,
): void {
  const pointing = own.find((name) => name.endsWith('_FILE'));
  const name = pointing ?? (env.DATABASE_URL_FILE === undefined ? undefined : 'DATABASE_URL_FILE');
  if (name !== undefined)
    throw badVariable(name, `in ${file} names another file, which counts in the environment alone`);
  const bare = `DBCREDS_${variable}_PASSWORD`;
  const target = `DBCREDS_${variable}_TARGET`;
  if (project === undefined || !own.includes(bare) || own.includes(target)) return;
  if (!relative(realpathSync(dirname(profileFile)), realpathSync(file)).startsWith('..')) return;
  throw badVariable(bare, `in ${file}, outside of the project, does not say where it belongs`, [
    ['name its target as well:', `${target}=engine://user@host:port/database`],
  ]);
}

function readEnv(file: string): { [name: string]: string } | undefined {
  const refuse = (why: string): DbcredsError =>
    new DbcredsError('FILE_ACCESS', { message: `the .env file ${file} ${why}` });
  const data = readSmallFile(file, refuse);
  return data && parse(data);
}

/** `DATABASE_URL` may be any database's: it counts where it opens the profile's own target. */
function fromDatabaseUrl(source: Source, ref: Ref, file: string): Record | undefined {
  const url = readVariable(source, 'DATABASE_URL');
  if (!url) return undefined;
  const { target, password } = fromUrl(url);
  if (target !== ref.target) throw elsewhere(file, target, ref);
  return { targets: [target], production: ref.production, current: { password }, revision: 0 };
}

function elsewhere(file: string, target: string, ref: Ref): DbcredsError {
  return new DbcredsError('NO_CREDENTIAL', {
    message: `DATABASE_URL in ${file} is not for ${ref.id}`,
    facts: [
      ['profile', ref.target],
      ['file', target],
    ],
    note: `Correct the one that is wrong, or name the line DBCREDS_${ref.variable}_URL.`,
  });
}

function notForProduction(file: string, ref: Ref): DbcredsError {
  const name = ref.id.slice(ref.id.indexOf('/') + 1);
  return new DbcredsError('NOT_FOR_PRODUCTION', {
    kind: 'refused',
    message: `${ref.id} is production, and a .env file does not serve production`,
    facts: [['file', file]],
    hints: [
      ['keep it in the keychain:', `dbcreds add ${name} --provider keychain`],
      ['or in an encrypted file:', `dbcreds add ${name} --provider file`],
    ],
  });
}

/** The variables of a `.env` text, for `--env-file`. */
export function parseEnvText(text: string): { [name: string]: string } {
  return parse(text);
}
