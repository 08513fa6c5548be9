import type { CommandRow, OptionRow, Options } from '../commands/command.ts';
import { usage } from '../commands/options.ts';
import { flagsOf, isCommand, nameOf, splitOption } from '../commands/words.ts';
import { misplaced, unknownCommand, unknownOption } from './refusals.ts';

/** The options that every command has. */
export const globalOptions: readonly OptionRow[] = [{ flags: '-h, --help', help: 'show this' }];

/** An option as typed, by its long name. */
export type Given = readonly [flag: string, value?: string];

/** A command line, told apart: options, and words that are nobody's but the child's. */
export interface Words {
  readonly command: CommandRow | undefined;
  readonly options: readonly Given[];
  readonly positionals: readonly string[];
}

/**
 * Reads a command line by the rules that POSIX and GNU share: a value is the rest of the word or the next word, whatever it
 * looks like; `--` ends the options, and for `run` the first positional argument does too. Written here, since the parsers
 * that are small enough for the path of `run` take `--database 007` for the number 7 and `--reason -x` for two options.
 *
 * @throws DbcredsError `USAGE` with the nearest known command or option; never with a value, which may be a password
 */
export function readWords(argv: readonly string[], table: readonly CommandRow[]): Words {
  const [name, ...rest] = argv;
  if (name === undefined || argv.every(isGlobal))
    return { command: undefined, options: argv.map((flag) => [flag]), positionals: [] };
  if (/^(help|-h|--help)$/.test(name) && (rest.length === 0 || isCommand(rest[0], table)))
    return readWords([...rest, '--help'], table);
  if (name.startsWith('-') || name === 'help') throw misplaced(argv.slice(name === 'help' ? 1 : 0), table);
  const command = table.find((row) => nameOf(row) === name);
  if (!command) throw unknownCommand(name, table);
  return { command, ...readOptions(rest, command) };
}

/** Whether the word asks for the program's own help or version. */
export const isGlobal = (word: string): boolean => /^(-h|--help|-v|-V|--version)$/.test(word);

function readOptions(words: readonly string[], command: CommandRow): Pick<Words, 'options' | 'positionals'> {
  const options: Given[] = [];
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
      options.push([longOf(row)]);
      continue;
    }
    const given = value ?? words[++index];
    if (given === undefined) throw usage(`${flag} needs a value`, [['its form:', row.flags]]);
    options.push([longOf(row), given]);
  }
  return { options, positionals };
}

const longOf = ({ flags }: OptionRow): string => flagsOf(flags).at(-1) ?? '';

/** By camel-case name: a switch is `true` (`--no-test` makes `test` false), what is given more than once a list. */
export function optionsOf(given: readonly Given[]): Options {
  const options = new Map<string, string | string[] | boolean>();
  for (const [flag, value] of given) {
    const negated = value === undefined && flag.startsWith('--no-');
    const name = camel(flag.slice(negated ? '--no-'.length : '--'.length));
    const before = options.get(name);
    if (value === undefined) options.set(name, !negated);
    else options.set(name, before === undefined ? value : [before, value].flat().map(String));
  }
  return Object.fromEntries(options);
}

const camel = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

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
