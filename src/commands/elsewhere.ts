import { DbcredsError } from '../errors.ts';

/**
 * A keychain's error for a command about several profiles: whose hints speak of this command, not of one profile.
 *
 * @param command as it is typed, such as `dbcreds setup`
 */
export function elsewhere(error: unknown, command: string): unknown {
  if (!(error instanceof DbcredsError) || !error.code.startsWith('KEYCHAIN_') || 'stuck' in error)
    return error;
  const { code, message, kind, note, cause, facts } = error;
  return new DbcredsError(code, {
    message,
    kind,
    cause,
    facts: facts.filter(([label]) => label !== 'entry'),
    ...(note === undefined ? {} : { note }),
    hints: [['keep passwords in an encrypted file:', `${command} --provider file`]],
  });
}
