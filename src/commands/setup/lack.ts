import { DbcredsError } from '../../errors.ts';
import type { Profile, ProviderName } from '../../profiles/profile.ts';
import type { Record } from '../../profiles/record.ts';
import { sealedFiles } from '../../run/files.ts';
import { judgeOne } from '../../run/judge.ts';
import type { Held } from '../../run/store.ts';
import type { Stage } from '../command.ts';
import { sceneOf } from '../held.ts';
import type { Row } from '../survey.ts';

/** What a profile lacks before its first run: its password, or the leave to use the one that is stored. */
export interface Lack {
  readonly kind: 'missing' | 'not allowed';
  readonly profile: Profile;
  readonly record?: Record;
}

/** `undefined`: nothing that a person could give here. */
export function lackOf(stage: Stage, row: Row): Lack | undefined {
  const { profile, record, state, provider } = row;
  // The others are set where their variables or files are.
  if (!profile || (provider !== 'keychain' && provider !== 'file')) return undefined;
  if (state === 'missing') return { kind: 'missing', profile };
  return record && isBarred(stage, profile, record, provider)
    ? { kind: 'not allowed', profile, record }
    : undefined;
}

function isBarred(stage: Stage, profile: Profile, record: Record, provider: ProviderName): boolean {
  try {
    return findingsOf(stage, profile, record, provider).some(({ code }) => code === 'BINDING_CHANGED');
  } catch (error) {
    // A CA that is not there: said at the end.
    if (error instanceof DbcredsError) return false;
    throw error;
  }
}

/** What the guards say of a profile and its record, wherever that is kept. @throws DbcredsError `BAD_PROFILE` */
export function findingsOf(
  stage: Stage,
  profile: Profile,
  record: Record,
  provider: string | undefined,
): ReturnType<typeof judgeOne>['findings'] {
  // Its name is all that the guards ask of it.
  const placed = { name: provider } as Held['provider'];
  return judgeOne(sceneOf(stage, profile.name), heldOf(profile, record, placed)).findings;
}

/** A profile with its record, as the steps of a run take it. @throws DbcredsError `BAD_PROFILE` */
export function heldOf(plain: Profile, record: Record, provider: Held['provider']): Held {
  return { plain, profile: plain, prefix: '', readOnly: false, record, provider, files: sealedFiles(plain) };
}
