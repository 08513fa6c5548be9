import type { CommandRow, OptionRow } from '../commands/command.ts';
import { usage } from '../commands/options.ts';
import { DbcredsError } from '../errors.ts';
import { nearest } from '../profiles/nearest.ts';

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
 * @throws DbcredsError `USAGE` with the nearest known command or option
 */
export function readWords(argv: readonly string[], table: readonly CommandRow[]): Words {
  const [name, ...rest] = argv;
  if (name === undefined || name.startsWith('-')) {
    const unknown = argv.find((word) => !isGlobal(word));
    if (unknown !== undefined)
      throw usage(`${JSON.stringify(unknown)} stands before the command`, [['see:', 'dbcreds --help']]);
    return { command: undefined, options: argv, positionals: [] };
  }
  const command = table.find((row) => nameOf(row) === name);
  if (!command) throw unknownCommand(name, table);
  return { command, ...readOptions(rest, command) };
}

/** `add` of `add <name>`. */
export function nameOf(row: CommandRow): string {
  return row.usage.split(' ')[0] ?? '';
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
    const row = findOption(flag, command);
    if (!row.flags.includes('<')) {
      if (value !== undefined) throw usage(`${flag} takes no value`);
      options.push(flag);
      continue;
    }
    const given = value ?? words[++index];
    if (given === undefined) throw usage(`${flag} needs a value`, [['its form:', row.flags]]);
    options.push(`${flag}=${guard}${given}`);
  }
  return { options, positionals };
}

const guard = '=';

/** Takes the guard character off what the parser gave back. */
export function unguard(value: unknown): string | string[] | boolean | undefined {
  if (Array.isArray(value)) return value.map((one) => String(unguard(one)));
  if (typeof value === 'string') return value.startsWith(guard) ? value.slice(1) : value;
  return typeof value === 'boolean' ? value : undefined;
}

function splitOption(word: string): { flag: string; value?: string } {
  if (!word.startsWith('--'))
    return word.length > 2 ? { flag: word.slice(0, 2), value: word.slice(2) } : { flag: word };
  const equals = word.indexOf('=');
  return equals < 0 ? { flag: word } : { flag: word.slice(0, equals), value: word.slice(equals + 1) };
}

function findOption(flag: string, command: CommandRow): OptionRow {
  const rows = [...command.options, ...globalOptions];
  const row = rows.find(({ flags }) => flagsOf(flags).includes(flag));
  if (row) return row;
  const known = rows.flatMap(({ flags }) => flagsOf(flags));
  if (/^--?(password|pass|pwd|passwd|url|secret)$/i.test(flag)) throw passwordOption(flag, command);
  const near = nearest(flag, known);
  throw usage(`${nameOf(command)} has no option ${flag}${near ? `; did you mean ${near}?` : ''}`, [
    ['its options:', `dbcreds ${nameOf(command)} --help`],
  ]);
}

/** `-e, --env <name>` -> `-e`, `--env`. */
function flagsOf(flags: string): string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));
}

/** Arguments are world readable in `/proc/PID/cmdline` and stay in the shell's history. */
function passwordOption(flag: string, command: CommandRow): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'refused',
    message: `${flag} is not taken: every user of this machine can read a command line`,
    note: 'If what followed was a password, take it for known: change it, and clear it from the history of your shell.',
    hints: [
      ['be asked for it:', `dbcreds ${nameOf(command)} NAME`],
      ['or from a pipe:', 'dbcreds add NAME --password-stdin, or --url-stdin'],
    ],
  });
}

function unknownCommand(name: string, table: readonly CommandRow[]): DbcredsError {
  const near = nearest(name, table.map(nameOf));
  return usage(`there is no command ${JSON.stringify(name)}${near ? `; did you mean "${near}"?` : ''}`, [
    near ? ['the near one:', `dbcreds ${near} --help`] : ['all commands:', 'dbcreds --help'],
    ['to run a program:', `dbcreds run -- ${/^[\w./-]+$/.test(name) ? name : '...'}`],
  ]);
}
