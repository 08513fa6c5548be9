import { constants, readFileSync } from 'node:fs';
import type { Invocation, LaunchPlan } from './plan.ts';
import type { Resolved } from './resolve.ts';

/** From Node 22.15 and 23.11, not on Windows; Deno has none. */
type Execve = (file: string, args: readonly string[], env: Readonly<Record<string, string>>) => never;
const execve = (process as { execve?: Execve }).execve?.bind(process);

/** Loads what a launch will need, in a moment that nobody waits for: 5 ms, where the command will be spawned. */
export function prepareLaunch(): void {
  if (execve === undefined) process.getBuiltinModule('node:child_process');
}

/**
 * Whether this process can be replaced. A failing execve aborts Node 22 and 24 with a native stack, so whatever is not
 * known to succeed is spawned.
 */
export function becomes(plan: LaunchPlan, { kind }: Resolved, { argv }: Invocation): boolean {
  if (execve === undefined || plan.stay || plan.after !== undefined || kind === 'unknown') return false;
  // Node opens every file to be closed on exec, and nothing takes that back.
  if (plan.descriptors !== undefined) return false;
  return fits(argv, plan.env) && blocks();
}

/** Returns only where Node reports a failure (26): the spawn that follows tells why. */
export function replaceBy(plan: LaunchPlan, { file, argv }: Invocation): void {
  plan.leaving?.();
  // Node ignores both, and what is ignored stays so across exec; a caught signal goes back to its default.
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, () => {});
  if (plan.cwd !== process.cwd()) process.chdir(plan.cwd);
  try {
    execve?.(file, argv, plan.env);
  } catch {
    // Its message could quote the environment.
  }
}

/** Whether 0, 1 and 2 are free of O_NONBLOCK, which exec would hand on and a spawn takes off. Elsewhere nobody tells. */
function blocks(): boolean {
  if (process.platform !== 'linux') return true;
  return [0, 1, 2].every((fd) => {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & constants.O_NONBLOCK) === 0;
  });
}

/** Linux: 128 KiB a string (MAX_ARG_STRLEN), and never less than 128 KiB in all (ARG_MAX); macOS: 1 MiB in all. */
const LIMIT = 128 * 1024;
/** The file's name, the auxiliary vector and the alignment of the stack count too. */
const MARGIN = 8 * 1024;
const POINTER = 8;

function fits(argv: readonly string[], env: Readonly<Record<string, string>>): boolean {
  let total = MARGIN;
  for (const arg of argv) total += Buffer.byteLength(arg) + 1 + POINTER;
  for (const name in env) total += Buffer.byteLength(name) + Buffer.byteLength(env[name] ?? '') + 2 + POINTER;
  return total < LIMIT;
}
