import type { Context } from '../../context.ts';
import { DbcredsError, type Hint } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { Hooks } from '../hooks.ts';
import { nameInUse, readVariable } from '../variable.ts';
import { recipientOf } from './age.ts';

/** A key from the environment, and what encrypts to it. */
export interface Key {
  readonly secret: Secret;
  readonly recipient: string;
}

/** Where keys come from: `DBCREDS_AGE_KEY`, or a file of age-keygen's that `DBCREDS_AGE_KEY_FILE` names. Empty: neither is set. */
export async function readKeys(context: Context): Promise<Key[]> {
  const name = nameInUse(context.env, 'DBCREDS_AGE_KEY');
  if (name === undefined) return [];
  const lines = readLines(context, name);
  const keys: Key[] = [];
  for (const line of lines) {
    const secret = new Secret(line);
    const recipient = await recipientOf(secret);
    if (recipient === undefined) throw notAKey(name);
    keys.push({ secret, recipient });
  }
  if (keys.length === 0) throw notAKey(name);
  return keys;
}

function readLines(context: Context, name: string): string[] {
  try {
    const text = readVariable({ env: context.env, folder: context.cwd }, 'DBCREDS_AGE_KEY')?.value ?? '';
    const lines = text.split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    // Empty: what is missing is not the credential.
    if (error instanceof DbcredsError && error.code === 'NO_CREDENTIAL')
      throw new DbcredsError('FILE_KEY', { message: `${name} is empty`, hints: makeKey });
    throw error;
  }
}

function notAKey(name: string): DbcredsError {
  return new DbcredsError('FILE_KEY', {
    message: `${name} does not hold a key of age, or it was mistyped`,
    note: 'A key reads AGE-SECRET-KEY-1... and comes from age-keygen. SSH keys cannot be used.',
    hints: makeKey,
  });
}

const makeKey: readonly Hint[] = [
  ['make a key:', 'age-keygen -o key.txt'],
  ['use it:', 'export DBCREDS_AGE_KEY_FILE=$PWD/key.txt'],
];

/** @param why follows the path */
export function noKey(path: string, why: string): DbcredsError {
  return new DbcredsError('FILE_KEY', { message: `${path} ${why}`, hints: makeKey });
}

/** The passphrase of a new file, asked twice. */
export async function askNewPassphrase(path: string, hooks: Hooks): Promise<Secret> {
  if (!hooks.terminal)
    throw noKey(path, 'is to be created, and there is neither a key nor a terminal to ask for a passphrase');
  const first = await hooks.ask(`New passphrase for ${path}`);
  if (first.reveal().length < 12)
    throw noKey(
      path,
      'was not created: a passphrase has 12 characters at least, since whoever has the file can guess at it',
    );
  const second = await hooks.ask('The same again');
  if (!first.equals(second)) throw noKey(path, 'was not created: the two passphrases differ');
  return first;
}
