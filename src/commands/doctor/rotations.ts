import { DbcredsError } from '../../errors.ts';
import { type LogEntry, readLog } from '../../log.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { Stage } from '../command.ts';
import type { Known } from './known.ts';
import { fromError, ok, type Remark, warning } from './remark.ts';

/**
 * Rotations without an end, and old passwords past their grace, by the log alone: the records would tell for sure, and hold
 * the passwords. Any later use went through the same healing.
 */
export function lookAtRotations({ context }: Stage, { profiles }: Known): Remark[] {
  try {
    const entries = readLog(context);
    const remarks = profiles.flatMap((profile) => remarksOf(profile, entries, context.now));
    return remarks.length > 0 ? remarks : [ok('the log knows of none that was left unfinished')];
  } catch (error) {
    if (error instanceof DbcredsError) return [fromError(error, 'warning')];
    throw error;
  }
}

const uses: readonly LogEntry['event'][] = ['run', 'connect', 'export'];

function remarksOf({ id, name }: Profile, entries: readonly LogEntry[], now: number): Remark[] {
  const own = entries.filter(({ profile }) => profile === id);
  const at = own.findLastIndex(({ event }) => event === 'rotate');
  const last = own[at];
  if (last === undefined) return [];
  const used = own
    .slice(at + 1)
    .filter(({ event, outcome }) => uses.includes(event) && outcome !== 'refused');
  const grace = Date.parse(last.until ?? '');
  if (grace <= now && !used.some((use) => Date.parse(use.at) > grace))
    return [
      warning(`${id}: its old password should have been discarded by ${last.until?.slice(0, 16)}`, [
        'discard it:',
        `dbcreds rotate ${name} --finish`,
      ]),
    ];
  if (last.outcome === 'begun' && isAlive(last.pid)) return [ok(`${id}: a rotation is under way`)];
  if (!['begun', 'failed'].includes(last.outcome) || used.length > 0) return [];
  return [
    warning(
      `${id}: a rotation was begun on ${last.at.slice(0, 16)}, and no end of it is known`,
      ['see how it stands:', 'dbcreds check'],
      ['finish it:', `dbcreds rotate ${name} --finish`],
    ),
  ];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
