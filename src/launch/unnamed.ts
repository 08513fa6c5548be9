import { constants, existsSync, openSync, statfsSync, writeSync } from 'node:fs';
import type { Context } from '../context.ts';
import type { Secret } from '../secret.ts';

/** `linux/magic.h` */
const TMPFS_MAGIC = 0x01021994;
const RAMFS_MAGIC = 0x858458f6;

/** Node has no name for it. The first bit is the same on x86, ARM, POWER, RISC-V and LoongArch (`asm-generic/fcntl.h`). */
const O_TMPFILE = 0o20000000 | (constants.O_DIRECTORY ?? 0);

/**
 * Opens a file in memory that never had a name: nobody else can open it but through the descriptors of a process that has
 * it. It is empty, so that it can be had before it is known whether there will be something to put into it.
 *
 * A pipe would not do: Node's are socket pairs, which cannot be opened as `/dev/fd/3`, and libpq reads plain files alone.
 *
 * @returns the descriptor, or `undefined` where the system has no such files: all but Linux, and there without tmpfs
 */
export function openUnnamed({ env, platform }: Pick<Context, 'env' | 'platform'>): number | undefined {
  if (platform !== 'linux' || !existsSync('/dev/fd')) return undefined;
  for (const folder of ['/dev/shm', env.XDG_RUNTIME_DIR, '/run']) {
    if (folder === undefined || !inMemory(folder)) continue;
    try {
      return openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
    } catch {
      // Not writable, or a kernel without: the next one.
    }
  }
  return undefined;
}

function inMemory(folder: string): boolean {
  try {
    const { type } = statfsSync(folder);
    return type === TMPFS_MAGIC || type === RAMFS_MAGIC;
  } catch {
    return false;
  }
}

/** Writes the text. At a position of its own, so that the offset which a child shares stays at the start. */
export function fillUnnamed(fd: number, text: Secret): void {
  const data = Buffer.from(text.reveal());
  writeSync(fd, data, 0, data.length, 0);
  data.fill(0);
}
