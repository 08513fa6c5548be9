import type { CommandRow, OptionRow } from '../command.ts';
import { flagsOf, nameOf, splitOption } from '../words.ts';
import { type Values, valuesOfOption, valuesOfPlace } from './values.ts';

/** What can be typed at a place, with a word on each. */
export type Candidate = readonly [value: string, about: string];

export type Answer =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' }
  /** Another program's line begins at this word: its own completion knows on. */
  | { readonly kind: 'command'; readonly at: number };

/** What the answer is made from. */
export interface Known {
  readonly table: readonly CommandRow[];
  /** The profiles in force; called only where they are wanted. */
  readonly profiles: () => readonly string[];
}

const nothing: Answer = { kind: 'words', words: [] };
const help: OptionRow = { flags: '-h, --help', help: 'show the help' };
const version: OptionRow = { flags: '-v, --version', help: 'show the version' };

/**
 * What fits at the end of a command line, by the rules by which the line would be read.
 *
 * @param before the words behind `dbcreds`, whole ones
 * @param current the word that is being typed; may be empty
 */
export function answer(before: readonly string[], current: string, known: Known): Answer {
  const [name, ...words] = before;
  if (name === undefined || (name === 'help' && words.length === 0))
    return offer(current, name === undefined ? firstWords(current, known) : commandsOf(known));
  const command = known.table.find((row) => nameOf(row) === name);
  if (!command) return nothing;
  const at = walk(command, words);
  if ('started' in at) return { kind: 'command', at: at.started + 1 };
  if (at.option) return fill(valuesOfOption(longOf(at.option)), '', current, known);
  if (!at.ended && current.startsWith('-')) return ofOption(command, current, known);
  if (at.ended && command.usage.includes('[-- ')) return { kind: 'files' };
  const place = placeAt(command, at.positionals);
  const values = place === undefined ? [] : valuesOfPlace(place);
  return values === 'command' ? { kind: 'command', at: before.length } : fill(values, '', current, known);
}

function firstWords(current: string, known: Known): Candidate[] {
  if (current.startsWith('-')) return [help, version].flatMap(flagsWithHelp);
  return [...commandsOf(known), ['help', 'show the help of a command']];
}

const commandsOf = ({ table }: Known): Candidate[] => table.map((row) => [nameOf(row), row.summary]);

/** Where the end of the words stands. */
type At =
  | { readonly started: number }
  | {
      /** It waits for its value. */
      readonly option: OptionRow | undefined;
      /** By `--`. */
      readonly ended: boolean;
      readonly positionals: number;
    };

function walk(command: CommandRow, words: readonly string[]): At {
  let option: OptionRow | undefined;
  let positionals = 0;
  const child = command.usage.includes('[...command]');
  for (const [index, word] of words.entries()) {
    if (option) option = undefined;
    else if (word === '--')
      return child
        ? { started: index + 1 }
        : { option, ended: true, positionals: positionals + words.length - index - 1 };
    else if (word.startsWith('-') && word !== '-') option = waiting(command, word);
    else if (child) return { started: index };
    else positionals += 1;
  }
  return { option, ended: false, positionals };
}

/** The option, where it takes a value that is not in the same word. */
function waiting(command: CommandRow, word: string): OptionRow | undefined {
  const { flag, value } = splitOption(word);
  return value === undefined ? takingValue(command, flag) : undefined;
}

const takingValue = (command: CommandRow, flag: string): OptionRow | undefined =>
  command.options.find(({ flags }) => flags.includes('<') && flagsOf(flags).includes(flag));

/** `--env`, `--env=pr`, `-epr`. */
function ofOption(command: CommandRow, current: string, known: Known): Answer {
  const { flag, value } = splitOption(current);
  if (value === undefined) return offer(current, [...command.options, help].flatMap(flagsWithHelp));
  const row = takingValue(command, flag);
  if (!row) return nothing;
  const typed = current.slice(0, current.length - value.length);
  return fill(valuesOfOption(longOf(row)), typed, current, known);
}

const flagsWithHelp = (row: OptionRow): Candidate[] => flagsOf(row.flags).map((flag) => [flag, row.help]);
const longOf = ({ flags }: OptionRow): string => flagsOf(flags).at(-1) ?? '';

/** The place of the next positional in the usage; a place with dots goes on for ever. */
function placeAt({ usage }: CommandRow, index: number): string | undefined {
  const places = usage.split(' [-- ')[0]?.split(' ').slice(1) ?? [];
  const last = places.at(-1);
  return places[index] ?? (last?.includes('...') ? last : undefined);
}

/** @param typed what stands in the same word before the value: `--env=` */
function fill(values: Values | undefined, typed: string, current: string, known: Known): Answer {
  if (values === 'file') return { kind: 'files' };
  if (values === 'command' || values === undefined) return nothing;
  const list = values === 'profile' ? known.profiles() : values;
  const about = values === 'profile' ? 'profile' : '';
  return offer(
    current,
    list.map((value) => [`${typed}${value}`, about]),
  );
}

const offer = (current: string, words: readonly Candidate[]): Answer => ({
  kind: 'words',
  words: words.filter(([value]) => value.startsWith(current)),
});
