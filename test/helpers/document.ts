import { spawnSync } from 'node:child_process';

/** A fenced block of a Markdown file. */
export interface Block {
  /** The word behind the fence, or empty. */
  readonly lang: string;
  /** The text of the heading of the second level that it stands under, or empty. */
  readonly section: string;
  /** Number of the fence's own line, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** A command that a document tells to type. */
export interface Shown {
  readonly text: string;
  /** The lines below it; `undefined` where none are shown. */
  readonly output: readonly string[] | undefined;
  readonly line: number;
}

/** Every fenced block, in order. @throws where a fence is never closed */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: { lang: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\S*)/.exec(line);
    if (fence && open) {
      blocks.push({ ...open, section });
      open = undefined;
    } else if (fence) open = { lang: fence[1] ?? '', line: index + 1, lines: [] };
    else if (open) open.lines.push(line);
    else section = /^## (.*)/.exec(line)?.[1] ?? section;
  }
  if (open) throw new Error(`the block that begins at line ${open.line} has no end`);
  return blocks;
}

/** The commands of a block: those behind `$ ` with their output, or else every line. */
export function commandsOf(block: Block): Shown[] {
  const session = block.lines.some((line) => line.startsWith('$ '));
  const shown: Shown[] = [];
  for (let index = 0; index < block.lines.length; ) {
    const from = index;
    if (isNoCommand(block.lines[from] ?? '', session)) {
      index += 1;
      continue;
    }
    const text: string[] = [];
    do text.push(unprompted(block.lines[index++] ?? '', text.length === 0, session));
    while (!isWhole(text.join('\n')) && index < block.lines.length);
    const output: string[] = [];
    while (session && index < block.lines.length && !block.lines[index]?.startsWith('$ '))
      output.push(block.lines[index++] ?? '');
    shown.push({
      text: text.join('\n'),
      output: output.some((line) => line.trim()) ? output : undefined,
      line: block.line + from + 1,
    });
  }
  return shown;
}

const isNoCommand = (line: string, session: boolean): boolean =>
  session ? !line.startsWith('$ ') : line.trim() === '' || line.startsWith('#');

function unprompted(line: string, first: boolean, session: boolean): string {
  return session ? line.slice(first || line.startsWith('> ') ? 2 : 0) : line;
}

/** Whether a shell would not ask for more: a backslash, a heredoc, an open `if`. */
function isWhole(text: string): boolean {
  if (text.endsWith('\\')) return false;
  const [, mark] = /<<-?\s*['"]?(\w+)/.exec(text) ?? [];
  if (mark !== undefined && !new RegExp(`\\n\\s*${mark}(\\n|$)`).test(text)) return false;
  return spawnSync('sh', ['-n'], { input: text }).status === 0;
}
