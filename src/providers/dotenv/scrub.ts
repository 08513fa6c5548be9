import { parse } from 'dotenv';
import type { Secret } from '../../secret.ts';

/** An assignment in a `.env` text, from the start of its line up to the start of the next. */
interface Assignment {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** By dotenv's own rules: a value in quotes may hold line ends, and what is behind a `#` is a comment. */
const assignment =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=[ \t]*|:[ \t]+)('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^#\r\n]*)[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)/gm;

function assignmentsOf(text: string): Assignment[] {
  return [...text.matchAll(assignment)].map((match) => ({
    name: match[1] ?? '',
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** What taking lines out of a `.env` file made of it. */
export interface Scrubbed {
  readonly content: Buffer;
  /** The variables whose lines are gone. */
  readonly gone: readonly string[];
  /** Those that stay, since taking them out would have changed or lost something else. */
  readonly kept: readonly string[];
}

/**
 * A `.env` file without the lines of some variables, byte for byte the rest. A variable that stands there twice with two
 * values stays: only one of them was read.
 */
export function withoutVariables(content: Buffer, names: readonly string[]): Scrubbed {
  // One character a byte: what is not UTF-8 survives as well.
  const text = content.toString('latin1');
  const lines = assignmentsOf(text);
  const read = parse(text);
  const gone = names.filter((name) => isOne(text, lines, name, read[name]));
  let rest = '';
  let at = 0;
  for (const { name, from, to } of lines) {
    if (!gone.includes(name)) continue;
    rest += text.slice(at, from);
    at = to;
  }
  const left = Buffer.from(rest + text.slice(at), 'latin1');
  if (!isWithout(content, left, gone)) return { content, gone: [], kept: names };
  return { content: left, gone, kept: names.filter((name) => !gone.includes(name)) };
}

/** Whether the lines hold what a reader of the whole file gets, and nothing else. */
function isOne(text: string, lines: readonly Assignment[], name: string, read: string | undefined): boolean {
  const values = lines
    .filter((line) => line.name === name)
    .map(({ from, to }) => parse(text.slice(from, to))[name]);
  return values.length > 0 && values.every((value) => value === read);
}

/** Whether a reader of the file finds all that it found, but for these. */
function isWithout(before: Buffer, after: Buffer, gone: readonly string[]): boolean {
  const wanted = Object.entries(parse(before)).filter(([name]) => !gone.includes(name));
  return JSON.stringify(wanted) === JSON.stringify(Object.entries(parse(after)));
}

/** The numbers of the lines in which a password still stands, in one of the forms that a `.env` file has it in. */
export function linesWith(content: Buffer, password: Secret): number[] {
  const plain = password.reveal();
  // Shorter ones stand everywhere.
  if (plain.length < 6) return [];
  const forms = [plain, encodeURIComponent(plain), encodeURI(plain), JSON.stringify(plain).slice(1, -1)];
  const lines = content.toString('utf8').split(/\r\n|\n|\r/);
  return lines.flatMap((line, index) => (forms.some((form) => line.includes(form)) ? [index + 1] : []));
}
