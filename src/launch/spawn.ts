import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { DbcredsError } from '../errors.ts';
import { dieOf, type End, leaveTerminal } from './end.ts';
import type { Invocation, LaunchPlan } from './plan.ts';
import { relaySignals } from './relay.ts';

/** Runs the command as a child, and is to the outside what the child is. */
export async function standIn(plan: LaunchPlan, invocation: Invocation): Promise<number> {
  // 5 ms that a run by exec does without. Before the relay: until there is a child, it has nobody to pass a signal to.
  const programs = await import('node:child_process');
  const relay = relaySignals(programs);
  try {
    const child = start(plan, invocation, programs);
    relay.to(child);
    plan.leaving?.();
    const end = await endOf(child, plan.command);
    await plan.after?.();
    leaveTerminal();
    return await dieOf(end);
  } finally {
    relay.stop();
  }
}

type Programs = typeof import('node:child_process');

function start(plan: LaunchPlan, { file, argv }: Invocation, { spawn }: Programs): ChildProcess {
  const [argv0, ...args] = argv;
  const { cwd, env, descriptors = [] } = plan;
  const stdio: ('inherit' | number)[] = ['inherit', 'inherit', 'inherit', ...descriptors];
  try {
    return spawn(file, args, { stdio, cwd, env, ...(argv0 && { argv0 }) });
  } catch (error) {
    throw startError(error, plan.command);
  } finally {
    for (const fd of descriptors) closeSync(fd);
  }
}

/** `exit`, not `close`: nothing is piped. */
function endOf(child: ChildProcess, command: string): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code: code ?? 0, signal }));
    child.once('error', (error) => reject(startError(error, command)));
  });
}

/** Node's own errors carry the arguments. */
function startError(error: unknown, command: string): DbcredsError {
  const { code } = error as NodeJS.ErrnoException;
  const name = JSON.stringify(command);
  if (code === 'ENOENT') return new DbcredsError('NOT_FOUND', { message: `${name} is not there any more` });
  if (code === 'EACCES')
    return new DbcredsError('NOT_EXECUTABLE', { message: `${name} may not be executed` });
  if (code === 'E2BIG') {
    return new DbcredsError('NOT_EXECUTABLE', {
      message: `${name} cannot be started: its arguments and environment are larger than the system takes`,
      hints: [['see the limit, in bytes:', 'getconf ARG_MAX']],
    });
  }
  return new DbcredsError('NOT_EXECUTABLE', {
    message: `${name} cannot be started (${code ?? 'no reason known'})`,
  });
}
