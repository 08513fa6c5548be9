import { closeSync, openSync, readSync } from 'node:fs';
import { binaryOf } from './binary.ts';
import { stateOf } from './files.ts';

/**
 * What the kernel will make of an executable file. `native`: it runs it. `text`: neither a binary nor `#!`, which execvp
 * hands to the shell. `foreign`: a binary that is not for this machine; a handler of binfmt_misc may know it. `unknown`:
 * only trying tells, such as a file that may be executed and not read.
 */
export type Format = { readonly kind: Kind } | Broken;
export type Kind = 'native' | 'text' | 'foreign' | 'unknown';

/** The interpreter of a script, or the loader of a binary, that is not there or cannot be executed. */
export interface Broken {
  readonly kind: 'broken';
  readonly needs: string;
  readonly state: 'absent' | 'denied' | 'directory';
}

/** Reads a few hundred bytes of the file, and of each interpreter that it names. */
export function formatOf(file: string, platform: NodeJS.Platform): Format {
  return platform === 'linux' || platform === 'darwin' ? follow(file, platform, 0) : { kind: 'unknown' };
}

/** @param deep how many `#!` lines led here */
function follow(file: string, platform: 'linux' | 'darwin', deep: number): Format {
  try {
    return withFile(file, (read) => {
      const head = read(0, 4096);
      if (head.toString('latin1', 0, 2) === '#!') return followScript(head, platform, deep);
      const needs = binaryOf(head, read, platform, process.arch);
      if (needs === 'nothing') return { kind: 'native' };
      if (needs !== undefined) return check(needs) ?? { kind: 'native' };
      if (deep > 0) return { kind: 'unknown' };
      return { kind: looksBinary(head) ? 'foreign' : 'text' };
    });
  } catch {
    return { kind: 'unknown' };
  }
}

type Read = (from: number, length: number) => Buffer;

function withFile(file: string, use: (read: Read) => Format): Format {
  const fd = openSync(file, 'r');
  try {
    return use((from, length) => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, from));
    });
  } finally {
    closeSync(fd);
  }
}

/** Linux reads 256 bytes of the line and follows 5 interpreters; macOS takes no script as an interpreter. */
function followScript(head: Buffer, platform: 'linux' | 'darwin', deep: number): Format {
  const line = head.toString('utf8', 0, 255);
  const interpreter = /^#![ \t]*(\/[^ \t\n\0]*)[^\n]*\n/.exec(line)?.[1];
  const tooDeep = deep >= (platform === 'linux' ? 4 : 1);
  if (interpreter === undefined || interpreter.includes('\ufffd') || tooDeep) return { kind: 'unknown' };
  return check(interpreter) ?? follow(interpreter, platform, deep + 1);
}

function check(path: string): Broken | undefined {
  const state = stateOf(path);
  return state === 'executable' ? undefined : { kind: 'broken', needs: path, state };
}

/** As bash tells: a NUL before the first line end. */
function looksBinary(head: Buffer): boolean {
  const end = head.indexOf(10);
  return head[0] === 0x7f || head.subarray(0, end < 0 ? head.length : end).includes(0);
}
