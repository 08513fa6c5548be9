import type { CommandRow, OptionRow } from '../commands/command.ts';
import { usage } from '../commands/options.ts';
import { misplaced, unknownCommand, unknownOption } from './refusals.ts';
import { flagsOf, isCommand, nameOf, splitOption } from './words.ts';

/** The options that every command has. */
export const globalOptions: readonly OptionRow[] = [{ flags: '-h, --help', help: 'show this' }];

/** A command line, told apart: words for the option parser, and words that are nobody's but the child's. */
export interface Words {
  readonly command: CommandRow | undefined;
  /** For the parser: each value glued to its option behind a guard character, see {@link unguard}. */
  readonly options: readonly string[];
  readonly positionals: readonly string[];
}

/**
 * Reads a command line by the rules that POSIX and GNU share: a value is the rest of the word or the next word, whatever it
 * looks like; `--` ends the options, and for `run` the first positional argument does too.
 *
 * The parser behind this would take `--database 007` for the number 7 and `--reason -x` for two options. So each value
 * reaches it glued and guarded.
 *
 * @throws DbcredsError `USAGE` with the nearest known command or option; never with a value, which may be a password
 */
export function readWords(argv: readonly string[], table: readonly CommandRow[]): Words {
  const [name, ...rest] = argv;
  if (name === undefined || argv.every(isGlobal))
    return { command: undefined, options: argv, positionals: [] };
  if (/^(help|-h|--help)$/.test(name) && (rest.length === 0 || isCommand(rest[0], table)))
    return readWords([...rest, '--help'], table);
  if (name.startsWith('-') || name === 'help') throw misplaced(argv.slice(name === 'help' ? 1 : 0), table);
  const command = table.find((row) => nameOf(row) === name);
  if (!command) throw unknownCommand(name, table);
  return { command, ...readOptions(rest, command) };
}

const isGlobal = (word: string): boolean => /^(-h|--help|-v|-V|--version)$/.test(word);

function readOptions(words: readonly string[], command: CommandRow): Pick<Words, 'options' | 'positionals'> {
  const options: string[] = [];
  const positionals: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') return { options, positionals: [...positionals, ...words.slice(index + 1)] };
    if (!word.startsWith('-') || word === '-') {
      if (command.stopsEarly) return { options, positionals: words.slice(index) };
      positionals.push(word);
      continue;
    }
    const { flag, value } = splitOption(word);
    const row = findOption(flag, command, positionals[0]);
    if (!row.flags.includes('<')) {
      if (value !== undefined) throw usage(`${flag} takes no value`);
      options.push(longOf(row));
      continue;
    }
    const given = value ?? words[++index];
    if (given === undefined) throw usage(`${flag} needs a value`, [['its form:', row.flags]]);
    options.push(`${longOf(row)}=${guard}${given}`);
  }
  return { options, positionals };
}

/** The parser keeps `-e` and `--env` apart where both are given, and one of them is lost. */
const longOf = ({ flags }: OptionRow): string => flagsOf(flags).at(-1) ?? '';

const guard = '=';

/** Takes the guard character off what the parser gave back. */
export function unguard(value: unknown): string | string[] | boolean | undefined {
  if (Array.isArray(value)) return value.map((one) => String(unguard(one)));
  if (typeof value === 'string') return value.startsWith(guard) ? value.slice(1) : value;
  return typeof value === 'boolean' ? value : undefined;
}

function findOption(flag: string, command: CommandRow, name: string | undefined): OptionRow {
  const rows = [...command.options, ...globalOptions];
  const row = rows.find(({ flags }) => flagsOf(flags).includes(flag));
  if (row) return row;
  const isName = name !== undefined && /^[a-z0-9][a-z0-9_-]{0,40}$/.test(name);
  throw unknownOption(
    flag,
    command,
    rows.flatMap(({ flags }) => flagsOf(flags)),
    isName ? name : undefined,
  );
}
