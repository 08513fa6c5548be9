// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Without control characters but line ends: names and paths may come from somebody else's repository. */
export function printable(text: string): string {
  return text.replace(obeyed, escaped);
}

/** The same for what has a line to itself: a folder's name may have line ends in it. */
export function oneLine(text: string): string {
  return printable(text).replaceAll('\n', escaped);
}
