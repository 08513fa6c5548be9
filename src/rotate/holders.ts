import { DbcredsError } from '../errors.ts';
import type { ProfileFiles } from '../profiles/files.ts';
import { listNames } from '../profiles/names.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { parseTarget, type Target } from '../profiles/target.ts';

/** Of whom a rotation would take the password away. */
export interface Holding {
  readonly profile: Profile;
  readonly record: Record;
  readonly files: ProfileFiles;
  /** Which record a profile uses. */
  readonly recordOf: (profile: Profile) => string;
  /** Whether nobody but this user can read the store. */
  readonly isPrivate: boolean;
  /** The user says that nobody else has the password. */
  readonly soleHolder: boolean;
}

/** @throws DbcredsError `SHARED_SECRET` where somebody would be left with the old password */
export function assertSoleHolder(holding: Holding): void {
  const { profile, record } = holding;
  const elsewhere = record.targets.find((target) => !sameRole(parseTarget(target), profile.target));
  if (elsewhere !== undefined)
    throw shared(profile, `its record also opens ${elsewhere}, whose password would not change`, [
      ['give that one a record of its own:', `no "credential" there, and dbcreds add NAME`],
    ]);
  const twin = twinOf(holding);
  if (twin)
    throw shared(profile, `${twin.id} logs in as the same user, with a stored password of its own`, [
      [
        'let both share one:',
        `"credential": "${profile.credential ?? profile.name}" of ${twin.name} in ${twin.file}`,
      ],
    ]);
  if (strandsColleagues(holding))
    throw shared(
      profile,
      `its user, ${profile.target.user}, is everybody's who has this project`,
      waysOn(profile),
    );
}

/** A profile that logs in as the same user by another record. */
function twinOf({ profile, files, recordOf }: Holding): Profile | undefined {
  for (const { name } of listNames(files)) {
    if (name === profile.name) continue;
    const other = resolved(files, name);
    if (other && sameRole(other.target, profile.target) && recordOf(other) !== recordOf(profile))
      return other;
  }
  return undefined;
}

/** One that cannot be resolved is nobody's way to log in. */
function resolved(files: ProfileFiles, name: string): Profile | undefined {
  try {
    return resolveProfile(files, name);
  } catch (error) {
    if (error instanceof DbcredsError) return undefined;
    throw error;
  }
}

function sameRole(one: Target, other: Target): boolean {
  return (
    one.engine === other.engine &&
    one.host === other.host &&
    one.port === other.port &&
    one.user === other.user
  );
}

/** The project names the user, so that colleagues log in as the same, and their stores do not learn of a new password. */
function strandsColleagues({ profile, isPrivate, soleHolder }: Holding): boolean {
  const { userFrom, rotation } = profile;
  const told = rotation.push.length > 0 || rotation.roles !== undefined;
  return userFrom === 'project' && isPrivate && !told && !soleHolder && !profile.soleHolder;
}

function waysOn({ name, id }: Profile): [string, string][] {
  return [
    ['nobody else has it, this once:', `dbcreds rotate ${name} --sole-holder`],
    ['and for good:', `"soleHolder": true of "${id}" in your profiles.json`],
    ['tell the others:', `"rotation": { "push": [["COMMAND", "..."]] } of "${id}" in your profiles.json`],
    ['two users that take turns:', '"rotation": { "roles": ["...", "..."] } in the project file'],
    ['a login of your own:', `"user": "..." of "${id}" in your profiles.json`],
  ];
}

function shared({ name }: Profile, why: string, hints: [string, string][]): DbcredsError {
  return new DbcredsError('SHARED_SECRET', {
    kind: 'refused',
    message: `${name} is not yours alone: ${why}`,
    note: 'Whoever has only the old password would be locked out. Nothing was changed.',
    hints,
  });
}
