import { fileURLToPath } from 'node:url';
import { program, type Result, type RunOptions } from '../helpers/program.ts';
import { Terminal } from '../helpers/terminal.ts';

export const fixture: string = fileURLToPath(new URL('../fixtures/terminal/progress.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** The command that shows a happening of the fixture. */
export const command = (what: string): [string, string[]] => [
  process.execPath,
  ['--import', tsx, fixture, what],
];

export const onTerminal = (what: string, options: RunOptions = {}): Terminal =>
  new Terminal(...command(what), options);

export const withoutTerminal = (what: string, options: RunOptions = {}): Promise<Result> =>
  program(...command(what), options);

/**
 * What a terminal shows in the end: the lines, without the empty ones at their end. Knows the sequences that a spinner
 * uses, and fails on others.
 */
export function screen(output: string): string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  for (const [, sequence, char = ''] of output.matchAll(/\x1b\[([?\d;]*[A-Za-z])|(.|\n)/gu)) {
    const line = lines[row] ?? '';
    if (sequence === '1A') row -= 1;
    else if (sequence === '0K') lines[row] = line.slice(0, column);
    else if (sequence === '1G') column = 0;
    else if (sequence) {
      if (!/^(\d\dm|\?2026[hl])$/.test(sequence)) throw new Error(`the screen was sent ${sequence}`);
    } else if (char === '\r') column = 0;
    else if (char === '\n') {
      row += 1;
      lines[row] ??= '';
    } else {
      lines[row] = line.slice(0, column) + char + line.slice(column + 1);
      column += 1;
    }
  }
  return lines.join('\n').trimEnd().split('\n');
}
