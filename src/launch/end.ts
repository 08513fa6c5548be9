import { closeSync, fstatSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

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
  const status = 128 + constants.signals[signal];
  if (process.pid === 1 || dumpsCore.has(signal)) return status;
  raise(signal);
  // It may be blocked, and it arrives in a moment of its own.
  await sleep(300);
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
 * For the end after the terminal was closed: Node 20 restores the terminal's settings on its way out, and aborts where
 * that fails. It passes over descriptors that are closed.
 */
export function leaveTerminal(): void {
  for (const fd of [0, 1, 2]) {
    if (isDevice(fd)) closeSync(fd);
  }
}

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}
