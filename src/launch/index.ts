import { becomes, replaceBy } from './exec.ts';
import { invocationOf, type LaunchPlan, refuseNul } from './plan.ts';
import { resolveCommand } from './resolve.ts';
import { standIn } from './spawn.ts';

export { prepareLaunch } from './exec.ts';
export type { LaunchPlan } from './plan.ts';
export { type Resolved, resolveCommand } from './resolve.ts';

/**
 * Becomes the command: replaces this process where the system can (POSIX, Node 22.15 and later), and never returns
 * then. Else spawns it, stands in for it, and ends by the signal that it died of.
 *
 * @returns the exit status to use: the command's own, or 128 + n for signal n as PID 1 and where a core is dumped
 * @throws DbcredsError `NOT_FOUND` or `NOT_EXECUTABLE`; nothing was started then
 */
export async function launch(plan: LaunchPlan): Promise<number> {
  refuseNul(plan);
  const resolved = plan.resolved ?? resolveCommand(plan.command, plan.env, plan.cwd, plan.platform);
  if (plan.platform === 'win32') return (await import('./windows.ts')).standInOnWindows(plan, resolved.file);
  const invocation = invocationOf(plan, resolved);
  if (becomes(plan, resolved, invocation)) replaceBy(plan, invocation);
  return standIn(plan, invocation);
}
