import { generatePassword } from '../rotate/password.ts';
import type { Action } from './command.ts';

/** `dbcreds generate`. */
export const generate: Action = async ({ terminal }) => {
  terminal.out(`${generatePassword().reveal()}\n`);
  return 0;
};
