import { parseDuration, showDate, showSpan } from '../profiles/duration.ts';
import { loadFiles, userFile } from '../profiles/files.ts';
import { columns } from './columns.ts';
import type { Action } from './command.ts';
import { none } from './list.ts';
import { flag, text, usage } from './options.ts';
import { ended, type Row, rowJson, type State, survey } from './survey.ts';
import { unsettled } from './unsettled.ts';

const order: readonly State[] = ['expired', 'soon', 'broken', 'failed', 'unknown', 'missing', 'ok'];

/** `dbcreds check`. */
export const check: Action = async (stage, _, options) => {
  const within = spanOf(text(options, 'within'));
  const { now } = stage.context;
  const rows = await survey(stage, loadFiles(stage.context));
  rows.sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.expiresAt ?? 0) - (b.expiresAt ?? 0),
  );
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
      columns(rows.map((row) => [`${row.id}${row.profile?.production ? ' !' : ''}`, whole(row, now)])),
    );
  return ended(rows, statusOf(rows, now, now + within));
};

/** What could not be asked may have expired: that is no "none". */
function statusOf(rows: readonly Row[], now: number, until: number): number {
  if (rows.some(({ expiresAt }) => expiresAt !== undefined && expiresAt <= until)) return 1;
  if (rows.some(({ record }) => record && unsettled(record, now).length > 0)) return 1;
  return rows.some(({ state }) => state === 'failed' || state === 'broken') ? 125 : 0;
}

function spanOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const span = parseDuration(value);
  if (span === undefined) throw usage('--within takes a time such as 14d, 12h or 2w');
  return span;
}

/** How long it lasts, and what a rotation left to do. */
function whole(row: Row, now: number): string {
  const left = row.record ? unsettled(row.record, now) : [];
  const how = left.length > 0 ? [`finish it: dbcreds rotate ${row.name} --finish`] : [];
  return [sentence(row, now), ...left, ...how].join('; ');
}

function sentence({ state, expiresAt = 0, error, profile }: Row, now: number): string {
  switch (state) {
    case 'expired':
      return `expired ${showSpan(now - expiresAt)} ago, on ${showDate(expiresAt)}`;
    case 'soon':
      return `${showSpan(expiresAt - now)} left, until ${showDate(expiresAt)}`;
    case 'ok':
      return expiresAt === 0 ? 'never expires' : `${showSpan(expiresAt - now)} left`;
    case 'unknown':
      return `of unknown age${profile?.expires === undefined ? ', and nothing bounds it' : ''}`;
    case 'missing':
      return 'no password is stored';
    case 'failed':
      return `not known: ${error?.message} (${error?.code})`;
    case 'broken':
      return `cannot be used: ${error?.message}`;
  }
}
