type Read = (from: number, length: number) => Buffer;

/**
 * Whether a file is a binary for this machine.
 *
 * @param head its first bytes
 * @returns the loader that it names, `nothing` where it needs none, `undefined` where it is no such binary
 */
export function binaryOf(head: Buffer, read: Read, platform: string, arch: string): string | undefined {
  if (platform === 'darwin') return isMachO(head, cpus[arch]) ? 'nothing' : undefined;
  return isElf(head, machines[arch]) ? loaderOf(head, read) : undefined;
}

/** `e_machine` of the 64-bit little-endian systems that Node runs on (`/usr/include/elf.h`). */
const machines: Readonly<Record<string, number>> = {
  x64: 62,
  arm64: 183,
  ppc64: 21,
  riscv64: 243,
  loong64: 258,
};

function isElf(head: Buffer, machine: number | undefined): boolean {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return false;
  const is64BitLittleEndian = head.readUInt16BE(4) === 0x0201;
  return is64BitLittleEndian && head.readUInt16LE(18) === machine;
}

const PT_INTERP = 3;
const ENTRY = 56;

/** A dynamic binary names its loader; where that is absent (musl's on glibc), exec fails as if the binary were. */
function loaderOf(head: Buffer, read: Read): string | undefined {
  const count = head.readUInt16LE(56);
  if (head.readUInt16LE(54) !== ENTRY || count === 0) return undefined;
  const table = read(Number(head.readBigUInt64LE(32)), ENTRY * count);
  if (table.length < ENTRY * count) return undefined;
  for (let at = 0; at < table.length; at += ENTRY) {
    if (table.readUInt32LE(at) !== PT_INTERP) continue;
    const loader = read(Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32)));
    return loader.toString().replace(/\0.*$/s, '');
  }
  return 'nothing';
}

/** `cputype` (`mach/machine.h`). */
const cpus: Readonly<Record<string, number>> = { x64: 0x01000007, arm64: 0x0100000c };
const FAT_ENTRY = 20;

/** Mach-O of 64 bits, or a universal file that holds one. */
function isMachO(head: Buffer, cpu: number | undefined): boolean {
  if (head.length < 32) return false;
  if (head.readUInt32LE(0) === 0xfeedfacf) return head.readUInt32LE(4) === cpu;
  if (head.readUInt32BE(0) !== 0xcafebabe) return false;
  const count = Math.min(head.readUInt32BE(4), 20);
  for (let at = 8; at < 8 + FAT_ENTRY * count && at + FAT_ENTRY <= head.length; at += FAT_ENTRY) {
    if (head.readUInt32BE(at) === cpu) return true;
  }
  return false;
}
