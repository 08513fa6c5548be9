import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { DbcredsError, reasonOf } from './errors.ts';

/** One line of the log of runs. Names, targets and outcomes; never a value, never an argument of the command. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event:
    | 'run'
    | 'add'
    | 'remove'
    | 'reveal'
    | 'trust'
    | 'rotate'
    | 'update'
    | 'import'
    | 'connect'
    | 'export';
  readonly profile: string;
  /** `engine://user@host:port/database`. */
  readonly target: string;
  readonly production: boolean;
  readonly provider: string;
  /** The first word of the command, without its folder. */
  readonly command?: string;
  /** `launching`: the process was replaced, so that nobody is left to see how it ended. */
  readonly outcome: 'launching' | 'begun' | 'refused' | 'failed' | 'done';
  /** Why it was refused. */
  readonly code?: string;
  /** Guards that were overridden. */
  readonly overrides?: readonly string[];
  readonly reason?: string;
  /** Until when the server is to take the old password too. ISO 8601, UTC. */
  readonly until?: string;
  readonly pid: number;
}

/** JSON lines, private to the user. */
export function logFile(context: Context): string {
  return join(context.folders.state, 'runs.jsonl');
}

/**
 * Appends one line. `O_APPEND` and one write: lines of several processes do not mix.
 *
 * @throws DbcredsError `LOG`; the caller decides whether that stops a run
 */
export function appendLog(context: Context, entry: LogEntry): void {
  const file = logFile(context);
  try {
    const fd = open(file, context.folders.state);
    try {
      writeSync(fd, `${JSON.stringify(entry)}\n`);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What mkdir says on a read-only file system.
    const why = code === 'ENOENT' ? 'its folder cannot be made' : reasonOf(error);
    throw new DbcredsError('LOG', { message: `the log of runs, ${file}, cannot be written (${why})` });
  }
}

function open(file: string, folder: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(file, 'a', 0o600);
  }
}

/** Every line that can be read, oldest first. A line cut off by a crash is left out. */
export function readLog(context: Context): LogEntry[] {
  let text: string;
  try {
    text = readFileSync(logFile(context), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new DbcredsError('LOG', {
      message: `${logFile(context)} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    });
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as LogEntry];
    } catch {
      return [];
    }
  });
}
