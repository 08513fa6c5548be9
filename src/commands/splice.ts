/** Where a member of an object stands in a JSON text. */
interface Member {
  readonly key: string;
  /** Of the key's first quote. */
  readonly from: number;
  readonly value: number;
  /** Behind the value. */
  readonly to: number;
}

/** @param at index of the object's `{` in a text that JSON.parse has taken */
function membersAt(text: string, at: number): { members: Member[]; end: number } {
  const members: Member[] = [];
  let index = skipBlank(text, at + 1);
  while (text[index] === '"') {
    const colon = skipBlank(text, skipValue(text, index));
    const value = skipBlank(text, colon + 1);
    const to = skipValue(text, value);
    members.push({ key: JSON.parse(text.slice(index, skipValue(text, index))), from: index, value, to });
    index = skipBlank(text, to);
    if (text[index] === ',') index = skipBlank(text, index + 1);
  }
  return { members, end: index };
}

function skipBlank(text: string, from: number): number {
  let index = from;
  while (/\s|\uFEFF/.test(text[index] ?? '')) index++;
  return index;
}

/** The index behind the value that begins there. */
function skipValue(text: string, from: number): number {
  const token = /"(?:[^"\\]|\\.)*"|[{[]|[}\]]|[^\s,:{}[\]"]+/gy;
  let index = from;
  for (let depth = 0; ; ) {
    token.lastIndex = index;
    const [word = ''] = token.exec(text) ?? [];
    if (word === '{' || word === '[') depth++;
    if (word === '}' || word === ']') depth--;
    // Between the tokens of a nested value: blanks, commas, colons.
    index += word.length || 1;
    if ((depth === 0 && word !== '') || index >= text.length) return index;
  }
}

/**
 * Sets one member of an object within a JSON text, or takes it away (`value` absent), and leaves every other character as it
 * is: somebody's file is under version control.
 *
 * @param path names of the objects on the way, from the root
 * @returns `undefined` where the object is not there, or all the profiles stand on one line
 */
export function splice(
  text: string,
  path: readonly string[],
  key: string,
  value: unknown,
  indent: string,
): string | undefined {
  let at = skipBlank(text, 0);
  for (const name of path) {
    const found = membersAt(text, at).members.find((member) => member.key === name);
    if (found === undefined || text[found.value] !== '{') return undefined;
    at = found.value;
  }
  const { members, end } = membersAt(text, at);
  const old = members.findIndex((member) => member.key === key);
  if (value === undefined) return old < 0 ? text : without(text, at, end, members, old);
  const margin = indent.repeat(path.length + 1);
  const lines = JSON.stringify(value, null, indent).replaceAll('\n', `\n${margin}`);
  const member = members[old];
  if (member) return text.slice(0, member.value) + lines + text.slice(member.to);
  const last = members.at(-1);
  if (last === undefined)
    return `${text.slice(0, at)}{\n${margin}${JSON.stringify(key)}: ${lines}\n${indent.repeat(path.length)}}${text.slice(end + 1)}`;
  if (!/\n[ \t]*$/.test(text.slice(0, last.from))) {
    if (path.length === 1) return undefined;
    return `${text.slice(0, last.to)}, ${JSON.stringify(key)}: ${inLine(value)}${text.slice(last.to)}`;
  }
  return `${text.slice(0, last.to)},\n${margin}${JSON.stringify(key)}: ${lines}${text.slice(last.to)}`;
}

/** As a person writes an object on one line. */
function inLine(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${inLine(part)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function without(text: string, at: number, end: number, members: readonly Member[], index: number): string {
  const [before, gone, after] = [members[index - 1], members[index], members[index + 1]];
  if (before) return text.slice(0, before.to) + text.slice(gone?.to);
  if (after) return text.slice(0, gone?.from) + text.slice(after.from);
  return `${text.slice(0, at)}{}${text.slice(end + 1)}`;
}
