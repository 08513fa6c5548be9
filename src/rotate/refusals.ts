import { DbcredsError, type Fact, type Hint } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';

/** What every refusal before the change says. */
const untouched = 'Nothing was changed, neither on the server nor here.';

const test = ({ name }: Profile): Hint => ['see who answers:', `dbcreds test ${name}`];
const again = ({ name }: Profile, options = ''): string => `dbcreds rotate ${name}${options}`;

/** The server never looked at the password, so that no login tells which one holds. */
export function notAsked(profile: Profile, where: string): DbcredsError {
  return new DbcredsError('NOT_ASKED', {
    kind: 'refused',
    message: `${where} lets in without looking at the password`,
    note: `trust, peer or a certificate in place of a password: no login can tell which password holds. ${untouched}`,
    hints: [test(profile)],
  });
}

/** Behind a pooler one change may be seen by one connection and not by the next. */
export function pooled(profile: Profile, where: string): DbcredsError {
  return new DbcredsError('POOLED', {
    kind: 'refused',
    message: `${where} is a pooler or proxy, and not the server itself`,
    note: `A pooler keeps passwords of its own, and mixes connections. ${untouched}`,
    hints: [
      [
        'name the server itself:',
        `"rotation": { "host": "HOST:PORT" } of ${profile.name} in ${profile.file}`,
      ],
    ],
  });
}

/** A copy that lags behind tells nothing about the password, and takes no change. */
export function notPrimary(profile: Profile, where: string): DbcredsError {
  return new DbcredsError('NOT_PRIMARY', {
    kind: 'refused',
    message: `${where} is a standby, or takes no writes`,
    note: untouched,
    hints: [
      ['name the primary:', `"rotation": { "host": "HOST:PORT" } of ${profile.name} in ${profile.file}`],
    ],
  });
}

/** The password of another account would have been changed. */
export function wrongAccount(profile: Profile, found: string, expected: string): DbcredsError {
  return new DbcredsError('WRONG_ACCOUNT', {
    kind: 'refused',
    message: `the server let in ${found || 'an account without a name'}, where ${expected} was expected`,
    note: untouched,
    hints: [
      ['where the login differs from it:', `"serverUser": "${found}" of ${profile.name} in ${profile.file}`],
    ],
  });
}

/** A user from two hosts is two accounts (MySQL, MariaDB), and only a login shows which one is meant. */
export function severalAccounts(profile: Profile, accounts: readonly string[]): DbcredsError {
  return new DbcredsError('WRONG_ACCOUNT', {
    kind: 'refused',
    message: `which account ${profile.name} logs in to cannot be seen: there are ${accounts.join(' and ')}`,
    note: `Each has a password of its own. ${untouched}`,
  });
}

/** The stored password is not the server's. */
export function currentRefused(profile: Profile): DbcredsError {
  return new DbcredsError('WRONG_PASSWORD', {
    message: `the server does not accept the stored password of ${profile.name}`,
    note: `It was changed elsewhere, or the server has let it expire. ${untouched}`,
    hints: [
      ['store the one that holds:', `dbcreds update ${profile.name} --password`],
      ...(profile.target.engine === 'postgresql' ? [rescue(profile)] : []),
      test(profile),
    ],
  });
}

/** PostgreSQL lets nobody in past a role's `VALID UNTIL`. */
const rescue = (profile: Profile): Hint => [
  'or where it has expired:',
  again(profile, ' --admin PROFILE --valid-until 90d'),
];

/** Between the first login and the lock somebody else changed it. */
export function raced(profile: Profile): DbcredsError {
  return new DbcredsError('RACED', {
    message: `the password of ${profile.name} was changed by somebody else at this moment`,
    note: 'What was begun here was taken back: the server has the password of the other rotation.',
    hints: [['store the one that holds:', `dbcreds update ${profile.name} --password`]],
  });
}

/** Another rotation holds the lock on the server. */
export function lockedElsewhere(profile: Profile): DbcredsError {
  return new DbcredsError('RACED', {
    message: `another rotation of the account of ${profile.name} is under way on the server`,
    note: 'This one changed nothing.',
    hints: [['once it is done:', again(profile)]],
  });
}

/** Whether the change came about is not known; both passwords are kept. */
export function unfinished(profile: Profile, why: string): DbcredsError {
  return new DbcredsError('ROTATION_UNFINISHED', {
    message: `a change of the password of ${profile.name} was cut off, and it is not known which one holds: ${why}`,
    note: 'Nothing was started, and no stored password was thrown away.',
    hints: [
      ['finish it:', again(profile)],
      ['see the cause:', `dbcreds test ${profile.name}`],
      ['store the one that holds:', `dbcreds update ${profile.name} --password`],
    ],
  });
}

/** A method to log in that we cannot change, or cannot try. */
export function plugin(profile: Profile, method: string, why: string): DbcredsError {
  return new DbcredsError('PLUGIN', {
    kind: 'refused',
    message: `the account of ${profile.name} logs in by ${method}, ${why}`,
    note: untouched,
  });
}

/** Something that the account may not do to itself. */
export function needsAdmin(profile: Profile, what: string, options = ''): DbcredsError {
  return new DbcredsError('NEEDS_ADMIN', {
    kind: 'refused',
    message: `${profile.name}: ${what}`,
    note: untouched,
    hints: [['through an account that may:', again(profile, `${options} --admin PROFILE`)]],
  });
}

/** After a crash only logins can tell which password holds, and one of them is wrong. */
export function oneStrike({ name }: Profile): DbcredsError {
  return new DbcredsError('ONE_STRIKE', {
    kind: 'refused',
    message: `the server locks the account of ${name} after one wrong login`,
    note: `A rotation that is cut off has to try two passwords, one of which is wrong. ${untouched}`,
    hints: [
      ['have the server allow more:', 'ALTER USER ... FAILED_LOGIN_ATTEMPTS 5, or max_password_errors'],
    ],
  });
}

/** One password an account. */
export function noGrace(profile: Profile, why: string): DbcredsError {
  return new DbcredsError('NO_GRACE', {
    kind: 'refused',
    message: `${profile.name}: ${why}`,
    note: untouched,
    hints: [
      [
        'two users that take turns:',
        `"rotation": { "roles": ["...", "..."] } of ${profile.name} in ${profile.file}`,
      ],
      ['or without:', again(profile)],
    ],
  });
}

/** The password itself would stand in a statement. @param facts what the server would write down */
export function plaintextSql(
  profile: Profile,
  why: string,
  facts: readonly Fact[],
  options: string,
): DbcredsError {
  return new DbcredsError('PLAINTEXT_SQL', {
    kind: 'refused',
    message: `${profile.name}: ${why}`,
    facts,
    note: `The new password itself would have to be sent in a statement, which servers write into logs. ${untouched}`,
    hints: [
      ['through an account that may set hashes:', again(profile, ' --admin PROFILE')],
      ['if its logs may hold it:', again(profile, options)],
    ],
  });
}

/** Two generated passwords were turned down. */
export function rejected(profile: Profile, facts: readonly Fact[], hints: readonly Hint[]): DbcredsError {
  return new DbcredsError('PASSWORD_REJECTED', {
    message: `the server rejects the new password of ${profile.name}, and a second one too`,
    facts,
    note: `It has a rule that 32 random characters do not meet, or takes no hashes. ${untouched}`,
    hints,
  });
}

/** The change came about, and did not do away with the old password. */
export function oldAccepted(profile: Profile, why: string): DbcredsError {
  return new DbcredsError('OLD_ACCEPTED', {
    message: `the new password of ${profile.name} works and is stored, but ${why}`,
    note: 'The old one is kept here, as the previous.',
    hints: [['once that is mended:', again(profile, ' --finish')]],
  });
}
