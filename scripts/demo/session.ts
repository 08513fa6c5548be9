import { readFileSync } from 'node:fs';
import { findSecret } from '../../test/helpers/leak.ts';
import { pty } from '../../test/services/commands.ts';
import type { DemoGround } from './ground.ts';
import { faults, perform } from './perform.ts';
import { type Step, steps } from './steps.ts';
import { ArgumentWatch, searchFiles } from './watch.ts';

type Say = (text: string) => void;

/** What the session came to. */
export interface Outcome {
  readonly commands: number;
  /** Commands that did not end as they should, and places where a password was found. */
  readonly wrong: number;
}

/** Shows every step, checks each, and looks for the passwords at the end. */
export async function session(ground: DemoGround, say: Say, stop: AbortSignal): Promise<Outcome> {
  const secrets = Object.values(ground.passwords);
  const watch = new ArgumentWatch(secrets);
  const printed: string[] = [];
  const sayAndKeep: Say = (text) => {
    printed.push(text);
    say(text);
  };
  const all = [...steps(ground, await hasTerminal()), searchStep(ground, secrets)];
  let wrong = 0;
  for (const step of all) wrong += await show(ground, step, stop, sayAndKeep);
  const { lines, finds } = watch.stop();
  finds.push(...searchFiles(foldersOf(ground), secrets));
  const texts = [...logsOf(ground).map((file) => readFileSync(file)), printed.join('')];
  for (const secret of secrets)
    for (const how of texts.flatMap((text) => findSecret(text, secret)))
      finds.push(`a log or what is printed above (${how})`);
  say(verdict(lines, finds));
  return { commands: all.length, wrong: wrong + finds.length };
}

async function hasTerminal(): Promise<boolean> {
  return pty().then(
    () => true,
    () => false,
  );
}

/** @returns 1 where it did not end as it should, else 0 */
async function show(ground: DemoGround, step: Step, stop: AbortSignal, say: Say): Promise<number> {
  say('\n');
  if (step.about) say(`${step.about.replace(/^/gm, '# ')}\n`);
  say(`$ ${step.line}\n`);
  const done = await perform(ground, step, stop);
  say(done.output === '' || done.output.endsWith('\n') ? done.output : `${done.output}\n`);
  say(`[exit status ${done.status}]\n`);
  const found = faults(step, done);
  for (const fault of found) say(`!! NOT AS IT SHOULD BE: ${fault}\n`);
  return found.length === 0 ? 0 : 1;
}

/** Everything that could have been written to. */
const foldersOf = ({ place, store }: DemoGround): string[] => [place.folder, ...store.folders];
const logsOf = ({ server, impostor }: DemoGround): string[] => [server.log, impostor.log];

/** Status 1 of grep: nothing found. */
function searchStep(ground: DemoGround, secrets: readonly string[]): Step {
  return {
    about:
      'Do the passwords stand in any file: in the home folder, the temporary one, the keychain, the logs\nof the servers? grep gets them through a pipe, and ends with 1 where it finds nothing:',
    line: `grep -raF -f - ${[...foldersOf(ground), ...logsOf(ground)].join(' ')}`,
    input: secrets.map((secret) => `${secret}\n`).join(''),
    status: 1,
    shows: [],
    hides: /./,
  };
}

function verdict(lines: number, finds: readonly string[]): string {
  const looked =
    lines > 0
      ? `in ${lines} command lines seen meanwhile`
      : 'not in command lines, which cannot be seen here';
  const where = [
    '',
    '# Searched once more in every encoding (URL, JSON, base64, hex and others): in the same files,',
    `# ${looked}, and in all that is printed above: ${finds.length === 0 ? 'nowhere.' : 'FOUND!'}`,
    ...finds.map((find) => `!! ${find}`),
  ];
  return `${where.join('\n')}\n`;
}
