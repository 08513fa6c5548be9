import { type State, survey } from '../commands/survey.ts';
import { unsettled } from '../commands/unsettled.ts';
import { loadFiles } from '../profiles/files.ts';
import { formatTarget } from '../profiles/target.ts';
import type { Options } from './options.ts';
import { sceneOf } from './scene.ts';

/** How the password of one profile stands. */
export interface Standing {
  readonly profile: string;
  readonly state: State;
  readonly production: boolean;
  /** `engine://user@host:port/database`. Absent where the profile itself cannot be read. */
  readonly target?: string;
  readonly setAt?: Date;
  readonly expiresAt?: Date;
  /** What a rotation has left to do, for people. */
  readonly unfinished: readonly string[];
  /** Why nothing could be said: an error's code and message. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Every profile in force, as `dbcreds list` and `dbcreds check` show them; no password is read out. */
export async function list(options: Options = {}): Promise<Standing[]> {
  const stage = sceneOf('', options);
  const rows = await survey(stage, loadFiles(stage.context));
  return rows.map(({ id, state, profile, record, expiresAt, error }) => ({
    profile: id,
    state,
    production: profile?.production ?? false,
    ...(profile ? { target: formatTarget(profile.target) } : {}),
    ...(record?.current.setAt === undefined ? {} : { setAt: new Date(record.current.setAt) }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    unfinished: record ? unsettled(record, stage.context.now) : [],
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  }));
}
