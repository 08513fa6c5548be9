import type { CommandRow, OptionRow } from '../commands/command.ts';
import { nameOf } from '../commands/words.ts';
import { globalOptions } from './argv.ts';

/** What `dbcreds --help` prints. */
export function overview(commands: readonly CommandRow[]): string {
  return `${[
    'dbcreds: run any command with the right database credentials, and nothing else ever holds them',
    '',
    'Usage: dbcreds <command> [options]',
    '',
    ...table(commands.map(({ usage, summary }) => [usage, summary])),
    '',
    ...table([
      ['-h, --help', 'show this, or the help of a command'],
      ['-v, --version', 'show the version'],
    ]),
    '',
    'Start:  dbcreds add dev                     a profile and its password',
    '        dbcreds run --env dev -- npm start  your program, with DATABASE_URL',
  ].join('\n')}\n`;
}

/** What `dbcreds COMMAND --help` prints. */
export function commandHelp(row: CommandRow): string {
  const options: readonly OptionRow[] = [...row.options, ...globalOptions];
  const usage = row.usage.includes('[...command]')
    ? `${nameOf(row)} [options] -- <command> [arguments]`
    : // What is behind `--` comes last.
      row.usage.replace(/( \[--.*)?$/, ' [options]$1');
  return `${[
    row.summary,
    '',
    `Usage: dbcreds ${usage}`,
    '',
    ...table(options.map(({ flags, help }) => [flags, help])),
    '',
    `Exit status: ${row.exits}`,
    '',
    ...row.examples.map((example, index) => `${index === 0 ? 'Examples: ' : '          '}${example}`),
  ].join('\n')}\n`;
}

/** Two columns; a long text goes on below itself, so that 100 columns are enough. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrap(right, 94 - width);
    return [`  ${left.padEnd(width)}  ${first}`, ...rest.map((line) => `  ${' '.repeat(width)}  ${line}`)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
