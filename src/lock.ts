import { createHash } from 'node:crypto';
import { closeSync, constants as fileFlags, mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DbcredsError } from './errors.ts';

export interface LockOptions {
  /** How long to wait for another holder, in milliseconds. 0: one try. */
  readonly timeoutMs: number;
  /** Where macOS and the BSDs keep the empty file that is locked. Linux and Windows need none. */
  readonly folder: string;
  /** What the holder is busy with, for people. Absent: the name. */
  readonly what?: string;
}

type Release = () => Promise<void> | void;

/**
 * Runs `work` while no other process of this user holds the lock of that name. The kernel drops the lock with its
 * process, however that dies, so there is no stale state to judge. Local: other machines on a shared home folder, and on
 * Linux other network namespaces (containers), do not take part.
 *
 * @param name any text; the same text is the same lock
 * @throws DbcredsError `LOCKED` after the time-out
 */
export async function withLock<T>(name: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const release = await acquire(name, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(name: string, options: LockOptions): Promise<Release> {
  const deadline = performance.now() + options.timeoutMs;
  const id = identify(name);
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    const release = await take(id, options.folder);
    if (release) return release;
    if (performance.now() >= deadline) throw busy(options.what ?? name, options.timeoutMs);
    // Not in step with the others who wait.
    await sleep(pause * (0.5 + Math.random()));
  }
}

/** Users do not meet in one lock, and a path or address does not show in the system's tables. */
function identify(name: string): string {
  const user = process.getuid?.() ?? userInfo().username;
  return createHash('sha256').update(`${user}\0${name}`).digest('hex').slice(0, 32);
}

function take(id: string, folder: string): Promise<Release | undefined> {
  if (process.platform === 'linux' || process.platform === 'android') return listen(`\0dbcreds-${id}`);
  if (process.platform === 'win32') return listen(`\\\\.\\pipe\\dbcreds-${id}`);
  return Promise.resolve(openExclusively(folder, id));
}

/** An abstract socket, or the first instance of a named pipe: only one process can have it, and it has no file. */
function listen(address: string): Promise<Release | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(() => new Promise((closed) => server.close(() => closed()))));
  });
}

/** `O_EXLOCK` of macOS and the BSDs (0x20 in each): `flock` in the call that opens. Node does not name it. */
const O_EXLOCK = 0x20;

function openExclusively(folder: string, id: string): Release | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { O_RDWR, O_CREAT, O_NONBLOCK } = fileFlags;
  try {
    const fd = openSync(join(folder, `${id}.lock`), O_RDWR | O_CREAT | O_NONBLOCK | O_EXLOCK, 0o600);
    return () => closeSync(fd);
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === -constants.errno.EAGAIN || errno === -constants.errno.EWOULDBLOCK) return undefined;
    throw error;
  }
}

function busy(what: string, timeoutMs: number): DbcredsError {
  return new DbcredsError('LOCKED', {
    message: `another dbcreds is busy with ${what}, and did not finish within ${timeoutMs / 1000} s`,
    note: 'The lock ends with the process that holds it: there is nothing to delete.',
    hints: [['see who it is:', process.platform === 'win32' ? 'tasklist' : 'ps -ef | grep dbcreds']],
  });
}
