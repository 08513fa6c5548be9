import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomHex } from './digest.ts';
import { DbcredsError, reasonOf, shellWord } from './errors.ts';

/**
 * Replaces a file as a whole: whoever reads it, even after a crash or a power cut at any moment, finds the old content or
 * the new one. Missing folders are made for the user alone (0700). A symbolic link stays, and its target is replaced.
 *
 * @throws DbcredsError `FILE_ACCESS`
 */
export function atomicWrite(path: string, data: string | Uint8Array, mode = 0o600): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const target = resolveLink(path);
    sweep(target);
    replace(target, data, mode);
  } catch (error) {
    throw inaccessible(path, 'written', error);
  }
}

function replace(target: string, data: string | Uint8Array, mode: number): void {
  const mark = randomHex(6);
  const fresh = join(dirname(target), `.${basename(target)}.${mark}.tmp`);
  const fd = openSync(fresh, 'wx', mode);
  try {
    try {
      keepOwner(fd, target);
      // The mode of `open` is cut by the umask.
      fchmodSync(fd, mode);
      writeFileSync(fd, data);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

/** A file of a service, or of its group, is still theirs to read after root or one of the group wrote to it. */
function keepOwner(fd: number, target: string): void {
  const before = statOf(target);
  const fresh = fstatSync(fd);
  if (before === undefined || (before.uid === fresh.uid && before.gid === fresh.gid)) return;
  try {
    fchownSync(fd, before.uid, before.gid);
  } catch {
    // Not ours to give away.
  }
}

/** The rename itself is on disk only once its folder is. Windows cannot open folders, and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A writer that was killed leaves its half: taken away by a later one, once nobody can still be at it. */
function sweep(target: string): void {
  const folder = dirname(target);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`.${basename(target)}.`) || !/\.[0-9a-f]{12}\.tmp$/.test(name)) continue;
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats && Date.now() - stats.mtimeMs > 600_000) rmSync(join(folder, name), { force: true });
  }
}

function resolveLink(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  }
}

/**
 * Reads a file of ours. `undefined`: there is none.
 *
 * @param othersMayRead for content that is no secret to them; they may never write it
 * @throws DbcredsError `UNSAFE_FILE` where others could read or change it, `FILE_ACCESS` where it cannot be read
 */
export function readPrivate(path: string, othersMayRead = false): Buffer | undefined {
  let fd: number | undefined;
  try {
    // O_NONBLOCK: opening a FIFO would wait for a writer for ever.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    assertPrivate(path, fstatSync(fd), othersMayRead);
    return readFileSync(fd);
  } catch (error) {
    if (error instanceof DbcredsError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw inaccessible(path, 'read', error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Reads a small file that is a file: a FIFO would wait for its writer for ever, `/dev/zero` never ends.
 * `undefined`: there is none.
 *
 * @param refuse makes the error of a reason that follows "which"
 * @param mostBytes left out: 64 KiB, since no password, key or URL is longer
 */
export function readSmallFile(
  path: string,
  refuse: (why: string) => DbcredsError,
  mostBytes = 65_536,
): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refuse('is not a regular file');
    if (stats.size > mostBytes) throw refuse(`is larger than ${mostBytes / 1024} KiB`);
    return readFileSync(fd);
  } catch (error) {
    if (error instanceof DbcredsError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw refuse(`cannot be read (${reasonOf(error)})`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** What a path leads to. `undefined`: nothing, or nothing that this user may see. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // EACCES: a folder on the way. ELOOP, ENAMETOOLONG: no such file can be.
    return undefined;
  }
}

function assertPrivate(path: string, stats: Stats, othersMayRead: boolean): void {
  if (!stats.isFile()) throw unsafe(path, 'is not a regular file', []);
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (stats.uid !== uid && stats.uid !== 0)
    throw unsafe(path, `belongs to user ${stats.uid}, not to you (${uid}) or root`, [
      ['make it yours:', `sudo chown ${uid} ${shellWord(path)}`],
    ]);
  if ((stats.mode & (othersMayRead ? 0o022 : 0o077)) === 0) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  throw unsafe(path, `can be ${othersMayRead ? 'changed' : 'read or changed'} by others (mode ${mode})`, [
    ['keep it to yourself:', `chmod ${othersMayRead ? 'go-w' : '600'} ${shellWord(path)}`],
  ]);
}

function unsafe(path: string, why: string, hints: readonly (readonly [string, string])[]): DbcredsError {
  return new DbcredsError('UNSAFE_FILE', { kind: 'refused', message: `${path} ${why}`, hints });
}

function inaccessible(path: string, what: string, error: unknown): DbcredsError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  // What mkdir says on a read-only file system.
  const why = what === 'written' && code === 'ENOENT' ? 'its folder cannot be made' : code;
  return new DbcredsError('FILE_ACCESS', { message: `${path} cannot be ${what} (${why})`, cause: error });
}
