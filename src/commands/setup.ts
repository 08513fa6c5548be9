import { DbcredsError } from '../errors.ts';
import { loadFiles, userFile } from '../profiles/files.ts';
import { listNames } from '../profiles/names.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { showTarget } from '../profiles/target.ts';
import type { Provider } from '../providers/provider.ts';
import { columns } from './columns.ts';
import type { Action, Options, Stage } from './command.ts';
import { elsewhere } from './elsewhere.ts';
import { none } from './list.ts';
import { text } from './options.ts';
import { askFor } from './setup/ask.ts';
import { type Lack, lackOf } from './setup/lack.ts';
import { type Outcome, outcomesOf } from './setup/outcome.ts';
import { lookAt, type Row } from './survey.ts';

/** `dbcreds setup`: asks a person for each password that is still missing, and says what works. */
export const setup: Action = async (stage, _, options) => {
  const before = await lookAtAll(stage, options);
  if (before.length === 0) {
    stage.terminal.say(`${none(userFile(stage.context))}\n  begin a project:  dbcreds init`);
    return 0;
  }
  assertReached(before);
  const lacks = before.map((row) => lackOf(stage, row)).filter((lack) => lack !== undefined);
  if (lacks.length > 0 && !stage.terminal.available) throw unasked(lacks);
  await askAll(stage, lacks, options);
  const rows = lacks.length > 0 ? await lookAtAll(stage, options) : before;
  const outcomes = await outcomesOf(stage, rows, options);
  report(stage, outcomes);
  return outcomes.every(({ works }) => works) ? 0 : 1;
};

/** Every profile with its record. One that cannot be read or asked is a row, and stops no other. */
async function lookAtAll(stage: Stage, options: Options): Promise<Row[]> {
  const files = loadFiles(stage.context);
  const opened = new Map<string, Provider>();
  const rows: Row[] = [];
  for (const { name, project } of listNames(files)) {
    try {
      const profile = resolveProfile(files, name);
      rows.push(await lookAt(stage, profile, { flag: text(options, 'provider'), opened }));
    } catch (error) {
      if (!(error instanceof DbcredsError) || error.code === 'USAGE') throw error;
      rows.push({ id: project === undefined ? name : `${project}/${name}`, name, state: 'broken', error });
    }
  }
  return rows;
}

/** Where nothing can be stored, nothing is asked for. */
function assertReached(rows: readonly Row[]): void {
  const placed = rows.filter(({ provider }) => provider === 'keychain' || provider === 'file');
  const [first] = placed;
  if (first?.error && placed.every(({ state }) => state === 'failed'))
    throw elsewhere(first.error, 'dbcreds setup');
}

/** Those that share a record come last: what they share may have been stored by then. */
async function askAll(stage: Stage, lacks: readonly Lack[], options: Options): Promise<void> {
  const sorted = lacks.toSorted((a, b) => Number(shares(a)) - Number(shares(b)));
  for (const [index, lack] of sorted.entries())
    await askFor(stage, lack, { options, count: `${index + 1} of ${sorted.length}` });
}

const shares = ({ profile }: Lack): boolean => profile.credential !== undefined;

function report({ terminal }: Stage, outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ row, said }) => [
    `${row.id}${row.profile?.production ? ' !' : ''}`,
    row.profile ? showTarget(row.profile.target) : '',
    row.place ?? '',
    said,
  ]);
  terminal.out(columns([['PROFILE', 'TARGET', 'KEPT IN', 'STATE'], ...rows]));
  const hints = outcomes.flatMap(({ hint }) => (hint ? [hint] : []));
  if (hints.length > 0)
    terminal.say(`\n${columns(hints.map(([what, command]) => [`  ${what}`, command])).trimEnd()}`);
}

function unasked(lacks: readonly Lack[]): DbcredsError {
  return new DbcredsError('NO_TERMINAL', {
    kind: 'refused',
    message: `${lacks.length === 1 ? 'a password is' : `${lacks.length} passwords are`} lacking, and there is no terminal to ask on`,
    facts: lacks.map(({ profile, kind }) => [
      profile.id,
      `${showTarget(profile.target)}, ${kind === 'missing' ? 'no password' : 'not allowed from here'}`,
    ]),
    note: 'In a job, DBCREDS_<NAME>_URL holds what is not stored.',
    hints: lacks.map(({ profile: { name }, kind }) =>
      kind === 'missing'
        ? ['from a pipe:', `dbcreds add ${name} --password-stdin`]
        : ['see and allow it, on a terminal:', `dbcreds trust ${name}`],
    ),
  });
}
