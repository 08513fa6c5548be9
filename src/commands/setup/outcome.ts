import { DbcredsError, type Hint } from '../../errors.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { Record } from '../../profiles/record.ts';
import { sealedFiles } from '../../run/files.ts';
import { tryLogin } from '../../run/server.ts';
import type { Options, Stage } from '../command.ts';
import type { Row } from '../survey.ts';
import { findingsOf } from './lack.ts';

/** How one profile stands at the end. */
export interface Outcome {
  readonly row: Row;
  readonly works: boolean;
  readonly said: string;
  readonly hint?: Hint;
}

/** Logins at a time: a laptop's VPN has enough with that. */
const abreast = 4;

/** Tries every login, but with `--no-test`. */
export async function outcomesOf(stage: Stage, rows: readonly Row[], options: Options): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < rows.length; at += abreast) {
    const some = rows.slice(at, at + abreast).map((row) => outcomeOf(stage, row, options));
    outcomes.push(...(await Promise.all(some)));
  }
  return outcomes;
}

async function outcomeOf(stage: Stage, row: Row, options: Options): Promise<Outcome> {
  const { profile, record, error } = row;
  if (error) return { row, works: false, said: `${error.message} (${error.code})` };
  if (!profile || !record) return lacking(row);
  try {
    return (await standing(stage, row, profile, record)) ?? (await tried(row, profile, record, options));
  } catch (failure) {
    if (!(failure instanceof DbcredsError)) throw failure;
    const said = `${failure.message} (${failure.code})`;
    return { row, works: false, said, hint: [`${row.name} does not work:`, `dbcreds test ${row.name}`] };
  }
}

function lacking(row: Row): Outcome {
  const { name, provider, profile } = row;
  const said = 'no password';
  if (profile?.credential !== undefined)
    return { row, works: false, said: `${said}: it shares that of ${profile.credential}` };
  if (provider === 'env')
    return { row, works: false, said, hint: [`${name} gets it from:`, `DBCREDS_${profile?.variable}_URL`] };
  if (provider === 'dotenv') return { row, works: false, said: `${said} in that file` };
  return { row, works: false, said, hint: [`${name}, later:`, `dbcreds add ${name}`] };
}

/** What a run would refuse, in a person's order. */
async function standing(
  stage: Stage,
  row: Row,
  profile: Profile,
  record: Record,
): Promise<Outcome | undefined> {
  const { name } = row;
  if (record.pending)
    return {
      row,
      works: false,
      said: 'its rotation was cut off',
      hint: [`${name}:`, `dbcreds rotate ${name} --finish`],
    };
  const findings = findingsOf(stage, profile, record, row.provider);
  const found = (code: string): boolean => findings.some((finding) => finding.code === code);
  if (found('BINDING_CHANGED'))
    return { row, works: false, said: 'not allowed from here', hint: [`${name}:`, `dbcreds trust ${name}`] };
  const weak = findings.find(({ code }) => code === 'WEAK_TLS');
  if (weak) return { row, works: false, said: `${weak.message} (WEAK_TLS)` };
  return row.state === 'expired'
    ? { row, works: false, said: 'expired', hint: [`${name} has expired:`, `dbcreds rotate ${name}`] }
    : undefined;
}

async function tried(row: Row, profile: Profile, { current }: Record, options: Options): Promise<Outcome> {
  if (options.test === false) return { row, works: true, said: 'stored, not tried' };
  await tryLogin(profile, current, sealedFiles(profile));
  return { row, works: true, said: 'works' };
}
