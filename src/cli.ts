import { type Given, isGlobal, optionsOf, readWords } from './cli/argv.ts';
import type { CommandRow } from './commands/command.ts';
import { usage } from './commands/options.ts';
import { runRow } from './commands/run.ts';
import { nameOf } from './commands/words.ts';
import { type Context, contextOf } from './context.ts';
import { DbcredsError, formatError, unforeseen } from './errors.ts';
import { leaveStuck } from './launch/leave.ts';
import { hideStreams } from './terminal/streams.ts';
import { openTerminal, type Terminal } from './terminal.ts';

declare const VERSION: string;

/**
 * The program: one door in, and one door out.
 *
 * @param leaving is called when a command takes over: nothing waits for it then
 */
export async function start(leaving?: () => void): Promise<void> {
  hideStreams();
  const context = { ...contextOf(process.env), ...(leaving && { leaving }) };
  const terminal = openTerminal(context);
  let status: number;
  try {
    status = await main(process.argv.slice(2), { context, terminal });
  } catch (error) {
    status = await report(error, terminal, context);
  }
  await leave(context, terminal);
  process.exit(status);
}

/** Else Node puts back the terminal's settings of our start, which may be those of another process's question. */
async function leave({ platform }: Context, terminal: Terminal): Promise<void> {
  if (platform !== 'win32' && terminal.available) (await import('./launch/end.ts')).leaveTerminal();
}

interface Stage {
  readonly context: Context;
  readonly terminal: Terminal;
}

/** @returns the exit status */
async function main(argv: readonly string[], stage: Stage): Promise<number> {
  const words = readWords(argv, await tableFor(argv));
  const { command } = words;
  if (command === undefined) return withoutCommand(words.options, stage.terminal);
  const options = optionsOf(words.options);
  if (options.help) {
    stage.terminal.out((await import('./cli/help.ts')).commandHelp(command));
    return 0;
  }
  checkCount(command, words.positionals);
  if (stage.context.cwd === '') throw nowhere();
  const action = await command.load();
  return action(stage, words.positionals, options);
}

/** Every command; but `run` starts with its own row alone. */
async function tableFor(argv: readonly string[]): Promise<readonly CommandRow[]> {
  const [name] = argv;
  if (argv.every(isGlobal)) return [];
  return name === 'run' ? [runRow] : (await import('./commands/table.ts')).commands;
}

async function withoutCommand(options: readonly Given[], terminal: Terminal): Promise<number> {
  if (options.some(([flag]) => /^(-v|-V|--version)$/.test(flag))) {
    terminal.out(`dbcreds ${VERSION}\n`);
    return 0;
  }
  const [{ overview }, { commands }] = await Promise.all([
    import('./cli/help.ts'),
    import('./commands/table.ts'),
  ]);
  if (options.length > 0) {
    terminal.out(overview(commands));
    return 0;
  }
  terminal.say(overview(commands).trimEnd());
  return 125;
}

/** What is too much is not shown: a password is sometimes typed there. */
function checkCount(command: CommandRow, words: readonly string[]): void {
  const places = command.usage.split(' ').slice(1);
  const needed = places.filter((place) => place.startsWith('<')).length;
  const help: [string, string] = ['its form:', `dbcreds ${command.usage}`];
  if (words.length < needed) throw usage(`${nameOf(command)} needs ${places[words.length]}`, [help]);
  if (command.stopsEarly || places.some((place) => place.includes('...'))) return;
  const most = places.length;
  if (words.length <= most) return;
  const takes = most === 0 ? 'no word behind it' : `one word, ${places[0]}, and not ${words.length}`;
  throw usage(`${nameOf(command)} takes ${takes}`, [help]);
}

function nowhere(): DbcredsError {
  return new DbcredsError('FILE_ACCESS', {
    message: 'the working directory is gone: it was deleted or renamed',
    hints: [['go to another:', 'cd']],
  });
}

/** Prints an error, and tells the exit status. */
async function report(error: unknown, terminal: Terminal, context: Context): Promise<number> {
  const known = error instanceof DbcredsError ? error : unforeseen(error);
  if (known.code === 'INTERRUPTED' && known.message === 'interrupted') {
    await leave(context, terminal);
    // As if we had not caught it: a shell loop around us stops too.
    process.kill(process.pid, 'SIGINT');
    // The signal may be delivered by another thread of ours, a moment later.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    return 130;
  }
  terminal.say(formatError(known));
  if (context.env.DBCREDS_DEBUG) terminal.say(traceOf(error));
  if ('stuck' in known) leaveStuck(known.exitCode);
  return known.exitCode;
}

/** Where errors came from: the frames of each in the chain, without their messages. */
function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const frames = (at.stack ?? '')
      .replace(at.message, '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line));
    lines.push(`${at.name}${at instanceof DbcredsError ? ` ${at.code}` : ''}`, ...frames);
  }
  return lines.join('\n');
}
