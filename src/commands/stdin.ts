import { readSync } from 'node:fs';
import { isatty } from 'node:tty';
import { DbcredsError, type Hint } from '../errors.ts';
import { usage } from './options.ts';

/** No password or URL is longer; a wrong file in front of the pipe ends here. */
const maxBytes = 65_536;

/**
 * A secret from a pipe. One trailing line end is dropped: `echo` adds it. A byte order mark goes too, as PowerShell adds it.
 *
 * @param option the one that asked for it, for errors: they never quote what came
 * @param hints what to type where stdin is a terminal
 * @throws DbcredsError `USAGE`
 */
export function readStdin(option: string, hints: readonly Hint[]): string {
  if (isatty(0))
    throw usage(
      `${option} reads from a pipe, and stdin is a terminal, which would show what you type`,
      hints,
    );
  const value = decode(readAll(option), option).replace(/\r?\n$/, '');
  if (value === '') throw usage(`${option}: stdin is empty`);
  if (value.includes('\0'))
    throw usage(`${option}: what came holds a NUL character, which no variable of a program can hold`);
  return value;
}

/** Of a profile's password, or a URL with it. */
export function readSecret(option: string, name: string): string {
  return readStdin(option, [
    ['be asked for it, hidden:', `dbcreds add ${name}`],
    ['from a password manager:', `pass show db | dbcreds add ${name} ${option}`],
  ]);
}

function readAll(option: string): Buffer {
  const buffer = Buffer.alloc(maxBytes + 1);
  for (let length = 0; ; ) {
    const read = readSome(buffer, length);
    length += read;
    if (length > maxBytes) throw usage(`${option}: stdin holds more than ${maxBytes / 1024} KiB`);
    if (read === 0) return buffer.subarray(0, length);
  }
}

function readSome(buffer: Buffer, offset: number): number {
  for (;;) {
    try {
      return readSync(0, buffer, offset, buffer.length - offset, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN')
        throw new DbcredsError('FILE_ACCESS', { message: `standard input cannot be read (${code})` });
      // Whoever shares the pipe made it non-blocking: wait for its writer.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Another encoding would store another password in silence. */
function decode(bytes: Buffer, option: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usage(`${option}: what came is not UTF-8 text`);
  }
}
