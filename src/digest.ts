/**
 * SHA-256 in hex. `node:crypto` is loaded by the call and not with the program: it costs 4 ms at start, which a run that hashes
 * nothing (no CA, no keychain) should not pay.
 */
export function sha256(data: string | Buffer): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(data).digest('hex');
}

/** Whether two buffers of equal length hold the same bytes, in a time that does not depend on them. */
export function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && process.getBuiltinModule('node:crypto').timingSafeEqual(one, other);
}

/** Random bytes, in hex. */
export function randomHex(bytes: number): string {
  return process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex');
}
