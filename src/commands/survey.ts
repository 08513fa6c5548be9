import { DbcredsError, type ErrorCode } from '../errors.ts';
import { expiryOf } from '../guards/age.ts';
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
  readonly error?: { readonly code: ErrorCode; readonly message: string };
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
  try {
    return await ask(stage, { ...row, profile }, opened);
  } catch (error) {
    return {
      ...row,
      profile,
      state: 'failed',
      provider: choose(profile, stage.context).name,
      error: reasonOf(error),
    };
  }
}

async function ask(
  stage: Stage,
  row: Pick<Row, 'id' | 'name'> & { profile: Profile },
  opened: Opened,
): Promise<Row> {
  const { profile } = row;
  const { name } = choose(profile, stage.context);
  const provider = await open(name, profile, stage.context, { ...hooksOf(stage.terminal), opened });
  const ref = refOf(profile);
  // The index of names spares a call to the keychain for each profile that has nothing there.
  const known = name !== 'keychain' || storedNames(stage.context).includes(ref.id);
  const record = known ? await provider.get(ref) : undefined;
  const base = { ...row, provider: name, place: provider.place };
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

function reasonOf(error: unknown): { code: ErrorCode; message: string } {
  if (!(error instanceof DbcredsError)) throw error;
  return { code: error.code, message: error.message };
}

/** A row as JSON: no secret, times in ISO 8601. */
export function rowJson({ id, state, profile, record, provider, place, expiresAt, error }: Row): object {
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
    error,
  };
}
