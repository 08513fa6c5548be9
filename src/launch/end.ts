import { closeSync, fstatSync, openSync } from 'node:fs';

/** How a child ended. */
export interface End {
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
}

/** Dying of one of these would write a core of this process, which has held the password. */
const dumpsCore: ReadonlySet<string> = new Set([
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGSYS',
  'SIGXCPU',
  'SIGXFSZ',
]);

/**
 * Ends this process as the child ended, where that was by a signal: a shell's loop stops on Ctrl-C only if it sees it.
 *
 * @returns the exit status to use: the child's own, or 128 + n where the signal cannot be raised, since PID 1 is immune
 *   and cores are not wanted
 */
export async function dieOf({ code, signal }: End): Promise<number> {
  if (signal === null) return code;
  const status = 128 + process.getBuiltinModule('node:os').constants.signals[signal];
  if (process.pid === 1 || dumpsCore.has(signal)) return status;
  raise(signal);
  // It may be blocked, and it arrives in a moment of its own.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return status;
}

function raise(signal: NodeJS.Signals): void {
  if (signal !== 'SIGKILL') {
    // Node ignores SIGPIPE; a listener that is taken back leaves the default.
    process.on(signal, () => {});
    process.removeAllListeners(signal);
  }
  process.kill(process.pid, signal);
}

/**
 * Takes the terminal off 0, 1 and 2. On its way out Node puts back the settings that it found at its start, over what
 * the command set (`stty`), and Node 20 aborts where the terminal was closed. It passes over what is another file now.
 */
export function leaveTerminal(): void {
  holdTerminal();
  if (!canReplace()) return;
  for (const fd of [0, 1, 2]) {
    if (!isDevice(fd)) continue;
    closeSync(fd);
    // Takes the lowest free number: this one.
    openSync('/dev/null', 'r+');
  }
}

/** Not with Deno's `--allow-write` of something else. */
function canReplace(): boolean {
  try {
    closeSync(openSync('/dev/null', 'r+'));
    return true;
  } catch {
    return false;
  }
}

/** Left open: to the other side, a terminal that nobody has open is the end of the session, and it hangs up. */
function holdTerminal(): void {
  try {
    openSync('/dev/tty', 'r');
  } catch {
    // It was closed, or there is none.
  }
}

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}
