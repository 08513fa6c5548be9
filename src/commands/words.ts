import type { CommandRow } from './command.ts';

/** `add` of `add <name>`. */
export function nameOf(row: CommandRow): string {
  return row.usage.split(' ')[0] ?? '';
}

/** Whether the word is the name of a command. */
export function isCommand(word: string | undefined, table: readonly CommandRow[]): boolean {
  return table.some((row) => nameOf(row) === word);
}

/** `-e, --env <name>` -> `-e`, `--env`. */
export function flagsOf(flags: string): string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));
}

/** `--env=prod`, `-eprod` and `-e=prod` -> the flag and its value. */
export function splitOption(word: string): { flag: string; value?: string } {
  if (!word.startsWith('--'))
    return word.length > 2
      ? { flag: word.slice(0, 2), value: word.slice(2).replace(/^=/, '') }
      : { flag: word };
  const equals = word.indexOf('=');
  return equals < 0 ? { flag: word } : { flag: word.slice(0, equals), value: word.slice(equals + 1) };
}
