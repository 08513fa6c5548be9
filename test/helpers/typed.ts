import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { temporary } from './folders.ts';
import { program, type RunOptions } from './program.ts';
import { Terminal } from './terminal.ts';

/** What a person types when a question appears; the question is matched by a pattern without a flag. */
export interface Answer {
  readonly question: RegExp;
  readonly reply: (match: RegExpExecArray, command: string) => string;
}

/** A command with what came of it. */
export interface Told {
  readonly text: string;
  /** Exit status; for a signal as a shell says it. */
  readonly status: number;
  /** What the screen shows, without control sequences. */
  readonly output: string;
}

type Options = Omit<RunOptions, 'input'>;

/** Around each command's output, so that it can be told from the others'. */
const around = (text: string): string => `\u001e${text}\u001e`;

/** Types the commands into one shell on a terminal, and answers every question that a reply is known for. */
export async function typeOnTerminal(
  commands: readonly string[],
  answers: readonly Answer[],
  options: Options,
): Promise<Told[]> {
  const terminal = new Terminal('sh', [scriptOf(commands)], { timeout: 60_000, ...options });
  const end = around('end');
  const begun = new RegExp(`.*${around('begin (\\d+)')}`, 's');
  const any = new RegExp([end, ...answers.map(({ question }) => question.source)].join('|'));
  for (;;) {
    const seen = await terminal.expect(any);
    if (seen.endsWith(end)) break;
    const current = commands[Number(begun.exec(terminal.output)?.[1])] ?? '';
    for (const { question, reply } of answers) {
      const match = question.exec(seen);
      if (!match || match.index + match[0].length !== seen.length) continue;
      terminal.answer(reply(match, current));
      break;
    }
  }
  // The shell waits for it: what a terminal shows last can be lost where its program ends at once.
  terminal.answer('');
  await terminal.end();
  return parse(commands, terminal.output);
}

/** Runs the commands in one shell, as a job does: nobody is there to answer. */
export async function runWithoutTerminal(commands: readonly string[], options: Options): Promise<Told[]> {
  const { output } = await program('sh', [scriptOf(commands)], { timeout: 60_000, ...options });
  return parse(commands, output);
}

/** Each command is read by the same shell, so that `cd` and `export` hold for the next one. */
function scriptOf(commands: readonly string[]): string {
  const folder = join(temporary('s'), 's');
  mkdirSync(folder);
  const lines = commands.flatMap((text, index) => {
    const file = join(folder, String(index));
    writeFileSync(file, `${text}\n`);
    return [`printf '\\036begin ${index}\\036'`, `. ${file}`, `printf '\\036status %s\\036' "$?"`];
  });
  const script = join(folder, 'script');
  writeFileSync(script, `${lines.join('\n')}\nprintf '\\036end\\036'\nread -r _ || :\n`);
  return script;
}

function parse(commands: readonly string[], screen: string): Told[] {
  return commands.map((text, index) => {
    const found = new RegExp(`${around(`begin ${index}`)}(.*?)${around('status (\\d+)')}`, 's').exec(screen);
    if (!found) throw new Error(`the shell never came to the end of ${text}; it shows:\n${screen}`);
    const output = stripVTControlCharacters(found[1] ?? '').replaceAll('\r', '');
    return { text, status: Number(found[2]), output };
  });
}
