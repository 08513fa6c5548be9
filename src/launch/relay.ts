import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Passes on to the child what was sent to this process alone. Listens from the start, so that nothing is lost. */
export interface Relay {
  to(child: ChildProcess): void;
  stop(): void;
}

/** All that ends a process which does not expect it, and what supervisors send. SIGUSR1 would open Node's inspector. */
const signals = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'ALRM', 'PWR', 'WINCH', 'CONT'] as const;

/** Handed in: loading it takes 5 ms, which a run by exec does without. */
type Programs = typeof import('node:child_process');

export function relaySignals({ spawnSync }: Programs): Relay {
  let child: ChildProcess | undefined;
  const look: Look = process.platform === 'linux' ? situationInProc : (pid) => situationByPs(pid, spawnSync);
  const hadTerminal = hasTerminal();
  const terminalGone = (): boolean => hadTerminal && !hasTerminal();
  const listener = (signal: NodeJS.Signals): void => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (!reachesChild(signal, child.pid, look, terminalGone)) process.kill(child.pid, signal);
  };
  for (const name of signals) process.on(`SIG${name}`, listener);
  return {
    to: (started) => {
      child = started;
    },
    stop: () => {
      for (const name of signals) process.removeListener(`SIG${name}`, listener);
    },
  };
}

/** Whether the child got the signal from where it came, or has no use for it. */
function reachesChild(
  signal: NodeJS.Signals,
  child: number,
  look: Look,
  terminalGone: () => boolean,
): boolean {
  switch (signal) {
    case 'SIGINT':
    case 'SIGQUIT':
    case 'SIGWINCH':
      // The terminal sends them to every process of its foreground group.
      return look(process.pid).foreground;
    case 'SIGHUP':
      // The closed terminal, or its shell, sends it to the group, but to a session's leader alone.
      return terminalGone() && !look(process.pid).leader;
    case 'SIGCONT':
      return !look(child).stopped;
    default:
      return false;
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'));
    return true;
  } catch {
    return false;
  }
}

interface Situation {
  readonly stopped: boolean;
  /** In the foreground group of its terminal. */
  readonly foreground: boolean;
  /** Of its session. */
  readonly leader: boolean;
}

type Look = (pid: number) => Situation;

/** `man 5 proc_pid_stat`: pid (name) state ppid pgrp session tty_nr tpgid; the name may hold anything. */
function situationInProc(pid: number): Situation {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [state = '', , group, session, , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { stopped: /[tT]/.test(state), foreground: group === foreground, leader: session === String(pid) };
}

/** The letters of `ps` are the same on macOS and the BSDs. */
function situationByPs(pid: number, spawnSync: Programs['spawnSync']): Situation {
  const state =
    spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8', env: {} }).stdout ?? '';
  return { stopped: state.startsWith('T'), foreground: state.includes('+'), leader: state.includes('s') };
}
