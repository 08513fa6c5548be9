import { DbcredsError } from '../errors.ts';
import type { ProfileFiles } from '../profiles/files.ts';
import { listNames } from '../profiles/names.ts';
import type { Address, Profile } from '../profiles/profile.ts';
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
  const { profile } = holding;
  const elsewhere = strangerOf(holding);
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

/** A target of the record that is neither this account nor another name of it. */
function strangerOf(holding: Holding): string | undefined {
  const { profile, record, recordOf } = holding;
  const names = [profile, ...sameAccount(holding).filter((other) => recordOf(other) === recordOf(profile))];
  const known = names.map(accountOf);
  return record.targets.find((text) => !known.some((one) => meet(one, targetAccount(parseTarget(text)))));
}

/** A profile that logs in as the same user by another record. */
function twinOf(holding: Holding): Profile | undefined {
  const { profile, recordOf } = holding;
  return sameAccount(holding).find((other) => recordOf(other) !== recordOf(profile));
}

/** The other profiles of the same engine, server and user. */
function sameAccount({ profile, files }: Holding): Profile[] {
  return listNames(files)
    .filter(({ name }) => name !== profile.name)
    .map(({ name }) => resolved(files, name))
    .filter((other) => other !== undefined)
    .filter((other) => meet(accountOf(other), accountOf(profile)));
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

/** What a password opens, by every name that it goes by. */
interface Account {
  readonly engine: Target['engine'];
  readonly servers: readonly string[];
  readonly users: readonly string[];
}

/** A pooler and the server behind it are one server, and users that take turns are one user. */
function accountOf({ target, rotation, serverUser }: Profile): Account {
  const { engine, servers, users } = targetAccount(target);
  return {
    engine,
    servers: [...servers, ...(rotation.host ? [serverOf(rotation.host)] : [])],
    users: [...users, ...(serverUser === undefined ? [] : [serverUser]), ...(rotation.roles ?? [])],
  };
}

function targetAccount(target: Target): Account {
  return { engine: target.engine, servers: [serverOf(target)], users: [target.user] };
}

const serverOf = ({ host, port }: Address): string => `${host} ${port}`;

function meet(one: Account, other: Account): boolean {
  const common = (some: readonly string[], more: readonly string[]): boolean =>
    some.some((text) => more.includes(text));
  return one.engine === other.engine && common(one.servers, other.servers) && common(one.users, other.users);
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
