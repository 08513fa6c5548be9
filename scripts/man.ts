// The manual page, from the table of commands, which makes the help too.
import type { CommandRow, OptionRow } from '../src/commands/command.ts';
import { commands } from '../src/commands/table.ts';
import { examples, files, seeAlso, status, variables, what } from './man-words.ts';

/**
 * The text of dist/dbcreds.1, in the macros of man(7); made by the build.
 *
 * @param date of the release: 2026-12-01; empty where there is none yet
 */
export function pageText(version: string, date: string): string {
  return [
    '.\\" Made by scripts/man.ts from the table of commands.',
    `.TH DBCREDS 1 "${date}" "dbcreds ${version}" "User Commands"`,
    '.\\" No hyphen in names, no stretched blanks.',
    '.nh',
    '.ad l',
    '.SH NAME',
    'dbcreds \\- run any command with the right database credentials',
    '.SH SYNOPSIS',
    '.B dbcreds run',
    '.RI "[" options "] \\-\\- " command " [" arguments "]"',
    '.br',
    '.B dbcreds',
    '.IR command " [" options "]"',
    '.br',
    '.B dbcreds',
    '.RI "[" command "] " \\-\\-help',
    '.br',
    '.B dbcreds \\-\\-version',
    '.SH DESCRIPTION',
    ...paragraphs(what),
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH ENVIRONMENT',
    ...variables.flatMap(([name, text]) => tagged(bold(name), text)),
    '.SH FILES',
    ...files.flatMap(([name, text]) => tagged(`.I ${escaped(name)}`, text)),
    '.SH EXIT STATUS',
    ...status.flatMap(([code, text]) => tagged(bold(code), text)),
    '.SH EXAMPLES',
    ...examples.flatMap(([text, ...lines], index) => [
      ...(index === 0 ? [] : ['.PP']),
      escaped(text),
      '.PP',
      '.RS 4',
      '.nf',
      ...lines.map(escaped),
      '.fi',
      '.RE',
    ]),
    '.SH SEE ALSO',
    seeAlso.map((name) => `.BR ${name.replace('(', ' (')}`).join(' ,\n'),
    '',
  ].join('\n');
}

function section(row: CommandRow): string[] {
  const usage = row.usage.includes('[...command]')
    ? row.usage.replace('[...command]', '[options] -- <command> [arguments]')
    : row.usage;
  return [
    `.SS dbcreds ${escaped(usage)}`,
    ...prose(`${row.summary}.`),
    ...row.options.flatMap(option),
    '.PP',
    ...prose(`Exit status: ${row.exits}.`),
    '.PP',
    '.RS 4',
    '.nf',
    ...row.examples.map(escaped),
    '.fi',
    '.RE',
  ];
}

/** `-e, --env <name>`: what is typed as it stands in bold, the value underlined. */
function option({ flags, help }: OptionRow): string[] {
  const text = flags
    .split(/(<[^>]+>|, )/)
    .map((part) =>
      part.startsWith('<')
        ? `\\fI${escaped(part.slice(1, -1))}\\fR`
        : part === ', '
          ? part
          : `\\fB${escaped(part)}\\fR`,
    )
    .join('');
  return tagged(text, help);
}

const tagged = (tag: string, text: string): string[] => [
  '.TP',
  tag,
  ...prose(text.endsWith('.') ? text : `${text}.`),
];
const bold = (text: string): string => `.B ${escaped(text)}`;
const paragraphs = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => ['.PP', ...prose(text)]).slice(1);

/** Filled by the reader's program; short lines make short differences. */
function prose(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').map(escaped)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > 78) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A dash that can be copied, a backslash that is one, quotes that stay straight, and no line that begins with a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\(rs')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replace(/^\./, '\\&.');
}
