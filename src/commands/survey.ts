import { DbcredsError } from '../errors.ts';
import { expiryOf } from '../guards/age.ts';
import { leaveStuck } from '../launch/leave.ts';
import type { ProfileFiles } from '../profiles/files.ts';
import { listNames } from '../profiles/names.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { choose, open } from '../providers/index.ts';
import { storedNames } from '../providers/keychain/stored-names.ts';
import type { Provider } from '../providers/provider.ts';
import { hooksOf, refOf } from '../run/store.ts';
import type { Stage } from './command.ts';
import { unsettled } from './unsettled.ts';

/** How a profile's password stands. */
export type State = 'expired' | 'soon' | 'unknown' | 'ok' | 'missing' | 'failed' | 'broken';

/** One profile, looked at. Times are milliseconds since the epoch. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly profile?: Profile;
  readonly record?: Record;
  readonly provider?: string;
  readonly place?: string;
  readonly expiresAt?: number;
  /** Why it is `failed` (could not ask) or `broken` (the profile itself). */
  readonly error?: DbcredsError;
}

/** Looks at every profile. One that cannot be read or asked is a row, and stops no other. */
export async function survey(stage: Stage, files: ProfileFiles): Promise<Row[]> {
  const opened = new Map<string, Provider>();
  const rows: Row[] = [];
  for (const { name, project } of listNames(files)) {
    const id = project === undefined ? name : `${project}/${name}`;
    rows.push(await look(stage, files, { id, name }, opened));
  }
  return rows;
}

type Opened = Map<string, Provider>;

async function look(
  stage: Stage,
  files: ProfileFiles,
  row: Pick<Row, 'id' | 'name'>,
  opened: Opened,
): Promise<Row> {
  let profile: Profile;
  try {
    profile = resolveProfile(files, row.name);
  } catch (error) {
    return { ...row, state: 'broken', error: reasonOf(error) };
  }
  const { name } = choose(profile, stage.context);
  // The index of names spares a call to the keychain for each profile that has nothing there.
  if (name !== 'keychain' || storedNames(stage.context).includes(refOf(profile).id))
    return lookAt(stage, profile, { opened });
  const { place } = await open(name, profile, stage.context, { ...hooksOf(stage.terminal), opened });
  return { ...row, profile, provider: name, place, state: 'missing' };
}

/** Asks the provider of one profile. @param from `--provider`, and what is open already */
export async function lookAt(
  stage: Stage,
  profile: Profile,
  from: { readonly flag?: string | undefined; readonly opened?: Opened } = {},
): Promise<Row> {
  const { flag, opened = new Map() } = from;
  const { name } = choose(profile, stage.context, flag);
  const row = { id: profile.id, name: profile.name, profile, provider: name };
  const provider = await open(name, profile, stage.context, { ...hooksOf(stage.terminal), opened });
  try {
    return await ask(stage, { ...row, place: provider.place }, provider);
  } catch (error) {
    return { ...row, place: provider.place, state: 'failed', error: reasonOf(error) };
  }
}

async function ask(
  stage: Stage,
  row: Omit<Row, 'state'> & { profile: Profile },
  provider: Provider,
): Promise<Row> {
  const { profile } = row;
  const record = await provider.get(refOf(profile));
  const base = { ...row, place: provider.place };
  if (record === undefined) return { ...base, state: 'missing' };
  const expiresAt = expiryOf(profile, record.current);
  return {
    ...base,
    record,
    state: stateOf(profile, record, expiresAt, stage.context.now),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function stateOf(profile: Profile, { current }: Record, expiresAt: number | undefined, now: number): State {
  if (expiresAt !== undefined && expiresAt <= now) return 'expired';
  if (expiresAt !== undefined && expiresAt - now <= profile.warn) return 'soon';
  return current.setAt === undefined && expiresAt === undefined && profile.expires !== 'none'
    ? 'unknown'
    : 'ok';
}

function reasonOf(error: unknown): DbcredsError {
  if (!(error instanceof DbcredsError)) throw error;
  return error;
}

/** Ends a command that has shown rows. One whose keychain never answered cannot end by itself. */
export function ended(rows: readonly Row[], status: number): number {
  if (rows.some(({ error }) => error && 'stuck' in error)) leaveStuck(status);
  return status;
}

/** A row as JSON: no secret, times in ISO 8601. */
export function rowJson(row: Row, now: number): object {
  const { id, state, profile, record, provider, place, expiresAt, error } = row;
  const left = record ? unsettled(record, now) : [];
  const iso = (time: number | undefined): string | undefined =>
    time === undefined ? undefined : new Date(time).toISOString();
  return {
    profile: id,
    state,
    production: profile?.production,
    ...(profile
      ? {
          engine: profile.target.engine,
          user: profile.target.user,
          host: profile.target.host,
          port: profile.target.port,
          database: profile.target.database,
          tls: profile.tls.mode,
          file: profile.file,
        }
      : {}),
    provider,
    place,
    setAt: iso(record?.current.setAt),
    expiresAt: iso(expiresAt),
    discardAt: iso(record?.discardAt),
    unfinished: left.length > 0 ? left : undefined,
    error: error && { code: error.code, message: error.message },
  };
}
