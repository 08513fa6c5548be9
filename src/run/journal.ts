import { basename } from 'node:path';
import { DbcredsError } from '../errors.ts';
import { expiryOf } from '../guards/age.ts';
import { appendLog, type LogEntry } from '../log.ts';
import type { Profile } from '../profiles/profile.ts';
import { formatTarget } from '../profiles/target.ts';
import type { Ready } from './environment.ts';
import type { Scene } from './request.ts';

/** What happened to a profile, beyond what the profile itself says. */
export type Happening = Pick<LogEntry, 'event' | 'outcome' | 'provider'> & Partial<LogEntry>;

/**
 * Writes one line to the log of runs.
 *
 * @throws DbcredsError `LOG` where it cannot be written and the profile requires it; else that is a warning
 */
export function journal(
  { context, terminal }: Pick<Scene, 'context' | 'terminal'>,
  profile: Profile,
  happening: Happening,
): void {
  try {
    appendLog(context, {
      at: new Date(context.now).toISOString(),
      profile: profile.id,
      target: formatTarget(profile.target),
      production: profile.production,
      ...happening,
      pid: process.pid,
    });
  } catch (error) {
    if (profile.log === 'required' || !(error instanceof DbcredsError)) throw error;
    terminal.say(`dbcreds: warning: ${error.message} (LOG)`);
  }
}

/** A run's own part of its line: the command without folder and arguments, the reason, what was overridden. */
export function happeningOf({ request }: Scene, provider: string, overrides: readonly string[]): Happening {
  return {
    event: 'run',
    outcome: 'launching',
    provider,
    command: basename(request.command[0] ?? ''),
    ...(overrides.length > 0 ? { overrides } : {}),
    ...(request.reason ? { reason: request.reason } : {}),
  };
}

/** Logs that a command other than `run` hands a profile's credential out. @throws DbcredsError as {@link journal} */
export function journalUse(
  scene: Scene,
  { plain, provider, slot }: Ready,
  happening: Pick<Happening, 'event' | 'outcome'>,
): void {
  const expired = (expiryOf(plain, slot) ?? Number.POSITIVE_INFINITY) <= scene.context.now;
  const { command, ...said } = happeningOf(scene, provider.name, expired ? ['EXPIRED'] : []);
  journal(scene, plain, { ...said, ...(command && { command }), ...happening });
}

/** A refusal stands, whether or not it can be logged. @param happening over what a refused run says */
export function journalRefusal(
  scene: Scene,
  { log: _, ...profile }: Profile,
  happening: Partial<Happening>,
  { code }: DbcredsError,
): void {
  if (code === 'LOG') return;
  const { command, ...said } = happeningOf(scene, '', []);
  journal(scene, profile, { ...said, ...(command && { command }), ...happening, outcome: 'refused', code });
}
