import { DbcredsError } from './errors.ts';
import { cleared } from './inject/index.ts';
import { launch, type Resolved, resolveCommand } from './launch/index.ts';
import {
  checkEnvFile,
  environmentOf,
  inheritedOf,
  type Ready,
  revealed,
  writeClientFiles,
} from './run/environment.ts';
import { happeningOf, journal, journalRefusal } from './run/journal.ts';
import { confirm, type Judged, judgeOne } from './run/judge.ts';
import { passesThrough } from './run/nested.ts';
import { heal, read } from './run/ready.ts';
import type { Scene } from './run/request.ts';
import { type Selection, select } from './run/select.ts';
import { settle } from './run/settle.ts';

export type { RunRequest, Scene } from './run/request.ts';

/**
 * Runs a command with credentials. None of the steps starts the child but the last, and nothing dials before `heal`.
 *
 * @returns the exit status to end with, where the process was not replaced by the command
 * @throws DbcredsError where a step failed; then nothing was started
 */
export async function run(scene: Scene): Promise<number> {
  const selections = select(scene);
  needCommand(scene);
  if (passesThrough(scene.context.env, selections, scene.request))
    // What was cleared by the run around this one; where nobody ran, `DBCREDS_ACTIVE` was only set.
    return start(scene, cleared(scene.context.env, []));
  try {
    const command = findCommand(scene);
    await checkEnvFile(scene);
    const held = await read(scene, selections);
    const judged = held.map((one) => judgeOne(scene, one));
    if (scene.request.dryRun) return await dryRun(scene, judged);
    await settle(scene, judged);
    await confirm(scene, judged, scene.request.command[0] ?? '');
    const ready = await heal(scene, held);
    if (scene.request.verify) await verify(ready);
    const child = await environmentOf(scene, ready);
    await writeClientFiles(child.files);
    logLaunch(scene, judged);
    return await start(scene, revealed(child), command);
  } catch (error) {
    if (error instanceof DbcredsError) logRefusal(scene, selections, error);
    throw error;
  }
}

function needCommand({ request }: Scene): void {
  if (request.command.length === 0 && !request.dryRun)
    throw new DbcredsError('USAGE', {
      kind: 'usage',
      message: 'no command was given',
      hints: [['put it behind --:', `dbcreds run --env ${request.envs[0] ?? 'NAME'} -- node app.js`]],
    });
}

/** Before anybody is asked anything. `PATH` is not among what a profile may change. */
function findCommand({ context, request }: Scene): Resolved | undefined {
  const [command, next] = request.command;
  if (command === undefined) return undefined;
  try {
    return resolveCommand(command, inheritedOf(context), context.cwd, context.platform);
  } catch (error) {
    throw next === '--' ? behindEnv(error, command) : error;
  }
}

/** `dbcreds run prod -- psql`, as other tools have it. */
function behindEnv(error: unknown, word: string): unknown {
  if (!(error instanceof DbcredsError) || error.code !== 'NOT_FOUND') return error;
  const { code, message } = error;
  const name = /^[a-z0-9][a-z0-9_-]{0,30}$/.test(word) ? word : 'NAME';
  return new DbcredsError(code, {
    message,
    hints: [['a profile stands behind --env:', `dbcreds run --env ${name} -- ...`]],
  });
}

async function verify(ready: readonly Ready[]): Promise<void> {
  const { tryLogin } = await import('./run/server.ts');
  for (const one of ready) await tryLogin(one.profile, one.slot, one.files);
}

async function dryRun(scene: Scene, judged: readonly Judged[]): Promise<number> {
  const { describeRun } = await import('./run/dry.ts');
  const ready = judged.map(({ held }) => ({ ...held, slot: held.record.current }));
  scene.terminal.out(describeRun(scene, judged, await environmentOf(scene, ready)));
  // The description has the warnings already.
  await settle(
    scene,
    judged.map((one) => ({ ...one, findings: one.findings.filter(({ level }) => level === 'refuse') })),
  );
  return 0;
}

function start(
  { context, request }: Scene,
  env: { [name: string]: string },
  resolved?: Resolved,
): Promise<number> {
  const [command = '', ...args] = request.command;
  const { cwd, platform, leaving } = context;
  return launch({
    command,
    args,
    env,
    cwd,
    platform,
    ...(resolved && { resolved }),
    ...(leaving && { leaving }),
  });
}

function logLaunch(scene: Scene, judged: readonly Judged[]): void {
  for (const { held, findings } of judged) {
    const overrides = findings
      .filter(({ level, code }) => level === 'warn' && code === 'EXPIRED')
      .map(({ code }) => code);
    journal(scene, held.plain, happeningOf(scene, held.provider.name, overrides));
  }
}

function logRefusal(scene: Scene, selections: readonly Selection[], error: DbcredsError): void {
  if (scene.request.dryRun) return;
  for (const { plain } of selections) journalRefusal(scene, plain, {}, error);
}
