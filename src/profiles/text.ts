/**
 * C0, C1, half characters, and what reorders or breaks lines: a profile file may come with somebody else's repository, and
 * what stands in it is shown on terminals.
 */
// biome-ignore-start lint/suspicious/noControlCharactersInRegex: that is what it keeps out
export const plainText: RegExp =
  /^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]*$/u;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: that is what it keeps out

/** No name that somebody mistyped has more characters; what has, is somebody's try to fill a screen. */
export const longestName = 80;
