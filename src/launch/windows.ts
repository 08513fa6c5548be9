import { constants } from 'node:os';
import type { LaunchPlan } from './plan.ts';

/**
 * execa (its cross-spawn) runs `npm.cmd` and its like by cmd.exe, with every argument quoted for both. Ctrl-C reaches
 * all processes of the console: ours only has to wait.
 *
 * @param file absolute path
 */
export async function standInOnWindows(plan: LaunchPlan, file: string): Promise<number> {
  const { execa } = await import('./execa.ts');
  const stay = (): void => {};
  for (const signal of ['SIGINT', 'SIGBREAK', 'SIGHUP'] as const) process.on(signal, stay);
  const { exitCode, signal } = await execa(file, plan.args, {
    stdio: 'inherit',
    env: plan.env,
    extendEnv: false,
    cwd: plan.cwd,
    reject: false,
  });
  await plan.after?.();
  return exitCode ?? (signal === undefined ? 126 : 128 + constants.signals[signal]);
}
