import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { loadFiles } from '../profiles/files.ts';
import { listNames } from '../profiles/names.ts';
import type { Action, CommandRow } from './command.ts';
import { type Answer, answer } from './completion/answer.ts';
import { type Shell, shells } from './completion/values.ts';
import { usage } from './options.ts';

/**
 * `dbcreds completion SHELL` prints the script; `dbcreds completion SHELL WORDS...` is what the script asks: the words that
 * were typed, the last one behind a `:`, since PowerShell drops an empty argument. A script that only asks is as new as the
 * program, and every shell gets the same answer. Profile files are read for it, and nothing else: no store, no log.
 *
 * @param table every command
 */
export const completionFor =
  (table: readonly CommandRow[]): Action =>
  async ({ context, terminal }, [word, ...words]) => {
    const shell = shells.find((one) => one === word);
    if (!shell) throw usage('there is no completion for that shell', [['one of:', shells.join(', ')]]);
    if (words.length === 0) {
      terminal.out(scriptFor(shell));
      return 0;
    }
    const current = words.at(-1) ?? '';
    if (!current.startsWith(':'))
      throw usage('completion takes the name of a shell alone', [['its help:', 'dbcreds completion --help']]);
    const known = { table, profiles: () => profilesOf(context) };
    terminal.out(linesOf(answer(words.slice(0, -1), current.slice(1), known)));
    return 0;
  };

/** The folder lies beside `dist/`. */
function scriptFor(shell: Shell): string {
  const name = `dbcreds.${shell === 'powershell' ? 'ps1' : shell}`;
  return readFileSync(join(dirname(import.meta.filename), '../completions', name), 'utf8');
}

/** A broken file has no names: its error belongs to a command, not into somebody's half-typed line. */
function profilesOf(context: Context): string[] {
  try {
    return listNames(loadFiles(context)).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** A line each: the word, a tab, what it is. No word begins with a colon, so that one can hand over to the shell. */
function linesOf(given: Answer): string {
  if (given.kind === 'files') return ':files\n';
  if (given.kind === 'command') return `:command ${given.at}\n`;
  return given.words.map(([value, about]) => `${value}\t${about}\n`).join('');
}
