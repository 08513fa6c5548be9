import { DbcredsError, formatError, unforeseen } from '../../errors.ts';
import { parseDuration } from '../../profiles/duration.ts';
import { loadFiles } from '../../profiles/files.ts';
import { type Held, refOf } from '../../run/store.ts';
import { columns } from '../columns.ts';
import type { Options, Stage } from '../command.ts';
import { flag, text, usage } from '../options.ts';
import { ended, type Row, survey } from '../survey.ts';
import { unsettled } from '../unsettled.ts';
import { carryOut, planned } from './carry-out.ts';
import { type Prepared, prepare } from './prepare.ts';
import { errorJson, outcomeJson } from './report.ts';

/** How many rotations are under way at a time. */
const atOnce = 4;

/** What became of one profile: the words, and the same as JSON. */
interface Result {
  readonly id: string;
  readonly words: string;
  readonly json: object;
  readonly good: boolean;
}

/**
 * Rotates every profile that has a stored password, or those that are due. All questions come first, one by one; a failure
 * stops no other, and none is hidden.
 *
 * @returns 0 where all went well, else 1
 */
export async function rotateAll(stage: Stage, options: Options): Promise<number> {
  const due = dueOf(options);
  const rows = await survey(stage, loadFiles(stage.context));
  const chosen = ownRecords(rows.filter((row) => isDue(row, stage.context.now, due)));
  const results = await rotateEach(stage, chosen, (row) =>
    isOld(row, stage.context.now, due) ? options : { ...options, finish: true },
  );
  const order = chosen.map(({ id }) => id);
  results.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  show(stage, results, options);
  return ended(rows, results.every(({ good }) => good) ? 0 : 1);
}

async function rotateEach(
  stage: Stage,
  chosen: readonly Row[],
  optionsOf: (row: Row) => Options,
): Promise<Result[]> {
  const results: Result[] = [];
  const ready: Ready[] = [];
  for (const row of chosen) {
    const options = optionsOf(row);
    const prepared = await attempt(stage, row.id, () => prepared_(stage, row, options));
    if (!('held' in prepared)) results.push(row.state === 'expired' ? leftExpired(prepared) : prepared);
    else ready.push({ ...prepared, options });
  }
  const carry = (one: Ready): Promise<Result> => carryOne(stage, one, one.options);
  for (const some of waves(ready)) results.push(...(await bounded(some, carry)));
  return results;
}

/** Where a password is only read, somebody else changes it, and has not done so. */
const leftExpired = (result: Result): Result =>
  result.good ? { ...result, words: `${result.words}; it has expired`, good: false } : result;

interface Ready extends Prepared {
  readonly options: Options;
}

/** Who changes the password of others keeps its own until they have theirs. */
function* waves(ready: readonly Ready[]): Generator<readonly Ready[]> {
  const key = ({ plain, provider }: Held): string => `${provider.place} ${refOf(plain).id}`;
  let left = ready;
  while (left.length > 0) {
    const needed = left.flatMap(({ held, admin }) => (admin && key(admin) !== key(held) ? [key(admin)] : []));
    const free = left.filter(({ held }) => !needed.includes(key(held)));
    // Two that change each other's.
    const now = free.length > 0 ? free : left;
    yield now;
    left = left.filter((one) => !now.includes(one));
  }
}

function prepared_(stage: Stage, row: Row, options: Options): Promise<Prepared> {
  if (row.error) throw row.error;
  return prepare(stage, row.name, options);
}

function dueOf(options: Options): number | undefined {
  const value = text(options, 'due');
  if (value === undefined) return undefined;
  const span = parseDuration(value);
  if (span === undefined) throw usage('--due takes a time such as 14d, 12h or 2w');
  return span;
}

/** One row a record, of those that there are: profiles that share one are rotated by the one whose it is. */
function ownRecords(rows: readonly Row[]): Row[] {
  const byRecord = new Map<string, Row>();
  for (const row of rows) {
    if (row.state === 'missing') continue;
    const key = row.profile ? `${row.place} ${refOf(row.profile).id}` : row.id;
    if (!byRecord.has(key) || row.profile?.credential === undefined) byRecord.set(key, row);
  }
  return [...byRecord.values()];
}

/** Without a span everything is. What is unfinished is in any case. */
function isDue(row: Row, now: number, due: number | undefined): boolean {
  return (
    row.error !== undefined ||
    isOld(row, now, due) ||
    (row.record !== undefined && unsettled(row.record, now).length > 0)
  );
}

/** Only age asks for a new password: a command that fails to be told one must not bring about the next. */
function isOld({ expiresAt }: Row, now: number, due: number | undefined): boolean {
  return due === undefined || (expiresAt !== undefined && expiresAt - now <= due);
}

async function attempt<T>(stage: Stage, id: string, work: () => Promise<T>): Promise<T | Result> {
  try {
    return await work();
  } catch (caught) {
    const error = caught instanceof DbcredsError ? caught : unforeseen(caught);
    if (error.code === 'INTERRUPTED') throw error;
    const skipped = error.code === 'READ_ONLY_PROVIDER';
    const outcome = skipped ? 'skipped' : error.kind === 'refused' ? 'refused' : 'failed';
    if (!skipped) stage.terminal.say(formatError(error));
    const words = `${outcome}: ${error.message} (${error.code})`;
    return { id, words, json: errorJson(id, outcome, error), good: skipped };
  }
}

function carryOne(stage: Stage, prepared: Prepared, options: Options): Promise<Result> {
  const { id } = prepared.held.plain;
  return attempt(stage, id, async () => {
    if (flag(options, 'dryRun')) {
      const lines = await planned(stage, prepared, options);
      return {
        id,
        words: `would be rotated:\n  ${lines.join('\n  ')}`,
        json: { profile: id, plan: lines },
        good: true,
      };
    }
    const outcome = await carryOut(stage, prepared, options);
    return { id, words: outcome.how, json: outcomeJson(id, outcome), good: true };
  });
}

/** In order of their beginning, so many at a time. */
async function bounded<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

function show({ terminal }: Stage, results: readonly Result[], options: Options): void {
  if (flag(options, 'json'))
    terminal.out(
      `${JSON.stringify(
        results.map(({ json }) => json),
        null,
        2,
      )}\n`,
    );
  else if (results.length === 0) terminal.say('dbcreds: no stored password is to be rotated');
  else terminal.out(columns(results.map(({ id, words }) => [id, words])));
}
