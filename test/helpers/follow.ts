import type { Shown } from './document.ts';
import { isLike, lasting } from './likeness.ts';
import type { Shop } from './shop.ts';
import { personOf } from './shop.ts';
import { type Answer, runWithoutTerminal, type Told, typeOnTerminal } from './typed.ts';

export interface FollowOptions {
  readonly env: Readonly<Record<string, string>>;
  /** What stands for something that a reader fills in, before a command is typed. */
  readonly fill?: (text: string) => string;
  /** What is typed at further questions. */
  readonly answers?: readonly Answer[];
  /** Whether somebody is there to be asked. Default: yes. */
  readonly terminal?: boolean;
}

/**
 * Types the commands of a document as its reader would, in one shell.
 *
 * @returns a line or more for each command that does not do what the document says
 */
export async function follow(
  shop: Shop,
  shown: readonly Shown[],
  { env, fill = (text) => text, answers = [], terminal = true }: FollowOptions,
): Promise<string[]> {
  const texts = shown.map(({ text }) => fill(text));
  const options = { place: shop.place, env: { ...shop.env, ...env }, node: process.execPath };
  const told = terminal
    ? await typeOnTerminal(texts, [...answers, ...personOf(shop)], options)
    : await runWithoutTerminal(texts, options);
  return shown.flatMap((one, index) => judge(one, told[index] as Told, shop));
}

function judge({ text, output, line }: Shown, told: Told, shop: Shop): string[] {
  const where = `line ${line}: ${text}`;
  const fails = output?.some((one) => isFailure(one)) ?? false;
  // Debian's pg_dump does not dump from a server that is newer than itself. It has logged in to learn so.
  if (/\bpg_dump\b/.test(text) && /^pg_dump: detail: server version: /m.test(told.output)) return [];
  if (output === undefined && told.output.split('\n').some(isFailure))
    return [`${where}\n  says:\n${told.output}`];
  if (fails !== (told.status !== 0)) return [`${where}\n  ends with status ${told.status}:\n${told.output}`];
  if (output === undefined || isLike(output, told.output, shop.names)) return [];
  return [`${where}\n${difference(output, told.output, shop)}`];
}

/** An error of ours, or of PostgreSQL's. */
const isFailure = (line: string): boolean =>
  /^dbcreds: (?!warning: ).*\([A-Z_]+\)$|^(\w+: )?ERROR: /.test(line);

function difference(shown: readonly string[], output: string, { names }: Shop): string {
  const [documented, here] = [lasting(shown.join('\n')), lasting(output, names)];
  return ['  the document has:', ...documented, '  the screen has:', ...here].join('\n    ');
}
