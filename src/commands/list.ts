import { showDate, showSpan } from '../profiles/duration.ts';
import { loadFiles, userFile } from '../profiles/files.ts';
import { showTarget } from '../profiles/target.ts';
import { columns } from './columns.ts';
import type { Action } from './command.ts';
import { flag } from './options.ts';
import { ended, type Row, rowJson, survey } from './survey.ts';

/** `dbcreds list`. */
export const list: Action = async (stage, _, options) => {
  const files = loadFiles(stage.context);
  const rows = await survey(stage, files);
  if (flag(options, 'json'))
    stage.terminal.out(
      `${JSON.stringify(
        rows.map((row) => rowJson(row, stage.context.now)),
        null,
        2,
      )}\n`,
    );
  else if (rows.length === 0) stage.terminal.say(none(userFile(stage.context)));
  else
    stage.terminal.out(
      columns([
        ['PROFILE', 'TARGET', 'AGE', 'EXPIRES', 'KEPT IN'],
        ...rows.map((row) => cells(row, stage.context.now)),
      ]),
    );
  return ended(rows, 0);
};

/** For who has no profile. @param file the user's, which need not exist */
export function none(file: string): string {
  return `dbcreds: no profile is in force here\n\n  project  dbcreds.json, from here up to the git root or home\n  user     ${file}\n\n  add one:  dbcreds add NAME`;
}

function cells({ id, state, profile, record, place, expiresAt, error }: Row, now: number): string[] {
  const name = `${id}${profile?.production ? ' !' : ''}`;
  if (!profile) return [name, `cannot be used: ${error?.message}`];
  if (state === 'missing') return [name, showTarget(profile.target), 'no password', '', `(${place})`];
  if (state === 'failed') return [name, showTarget(profile.target), 'not known', '', error?.message ?? ''];
  const { setAt } = record?.current ?? {};
  return [name, showTarget(profile.target), ageOf(setAt, now), expiry(expiresAt, now), place ?? ''];
}

function ageOf(setAt: number | undefined, now: number): string {
  if (setAt === undefined) return 'unknown';
  return setAt > now ? `set ${showDate(setAt)}` : showSpan(now - setAt);
}

function expiry(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return 'never';
  return expiresAt <= now
    ? `EXPIRED ${showDate(expiresAt)}`
    : `${showDate(expiresAt)} (${showSpan(expiresAt - now)})`;
}
