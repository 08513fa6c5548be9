import { program } from '../../test/helpers/program.ts';
import { Terminal } from '../../test/helpers/terminal.ts';
import type { DemoGround } from './ground.ts';
import type { Step } from './steps.ts';

export interface Performed {
  readonly status: number | string;
  readonly output: string;
}

/** Whoever watches had enough. */
export class Interrupted extends Error {}

/** Runs a step's line in a shell of the demonstration's person. */
export async function perform(ground: DemoGround, step: Step, stop: AbortSignal): Promise<Performed> {
  if (stop.aborted) throw new Interrupted();
  const done = await (step.types ? onTerminal(ground, step, stop) : piped(ground, step, stop));
  if (stop.aborted) throw new Interrupted();
  return done;
}

async function piped({ place, env }: DemoGround, step: Step, stop: AbortSignal): Promise<Performed> {
  const group: { pid?: number } = {};
  const ended = program('sh', ['-c', step.line], {
    place,
    env: { ...env, ...step.env },
    node: process.execPath,
    ...(step.input === undefined ? {} : { input: step.input }),
    running: (pid) => {
      group.pid = pid;
    },
  });
  const { output, code, signal } = await until(ended, stop, () => endGroup(group.pid));
  return { status: code ?? signal ?? 'unknown', output };
}

async function onTerminal({ place, env }: DemoGround, step: Step, stop: AbortSignal): Promise<Performed> {
  const terminal = new Terminal('sh', ['-c', step.line], {
    place,
    env: { ...env, ...step.env },
    node: process.execPath,
  });
  const { code, signal } = await until(type(terminal, step.types ?? []), stop, () => terminal.kill());
  return { status: code ?? signal ?? 'unknown', output: terminal.output.replaceAll('\r\n', '\n') };
}

/** A question that does not come is a fault that the output shows. */
async function type(terminal: Terminal, answers: NonNullable<Step['types']>): ReturnType<Terminal['end']> {
  for (const [question, answer] of answers) {
    const asked = await terminal.expect(question).then(
      () => true,
      () => false,
    );
    if (asked) terminal.answer(answer);
  }
  return terminal.end();
}

/** Waits for the end, which comes at once where whoever watches had enough. */
async function until<T>(ended: Promise<T>, stop: AbortSignal, end: () => void): Promise<T> {
  stop.addEventListener('abort', end, { once: true });
  return ended.finally(() => stop.removeEventListener('abort', end));
}

/** Each command has a session and process group of its own. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It had just ended.
  }
}

/** What is not as it should be, a line each. */
export function faults(step: Step, { status, output }: Performed): string[] {
  const missing = step.shows.filter((what) => !holds(output, what));
  return [
    ...(status === step.status ? [] : [`exit status ${status} instead of ${step.status}`]),
    ...missing.map((what) => `nothing shows ${what}`),
    ...(step.hides !== undefined && holds(output, step.hides) ? [`it shows ${step.hides}`] : []),
  ];
}

const holds = (text: string, what: string | RegExp): boolean =>
  typeof what === 'string' ? text.includes(what) : what.test(text);
