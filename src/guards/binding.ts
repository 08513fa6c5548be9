import type { Fact } from '../errors.ts';
import { sealDifferences, sealParts } from '../profiles/seal.ts';
import type { Finding, Situation } from './finding.ts';

/** A record opens only its own target, and only from a place that was allowed with this very seal. */
export function bindingGuard(situation: Situation): Finding | undefined {
  const { record, seal, expectedSeal, placed, allowed } = situation;
  if (!record.targets.includes(seal.target)) {
    const fact = compared('target', record.targets.join(', '), seal.target);
    return changed(situation, 'is for another target', [fact], placed);
  }
  if (expectedSeal !== undefined) return expectedGuard(situation, expectedSeal);
  // Also for a provider that a project's file switched to: what was allowed once holds for all of them.
  return placed || allowed !== undefined ? placedGuard(situation) : unplacedGuard(situation);
}

/** Where a job says which seal it expects, nothing else counts. */
function expectedGuard(situation: Situation, expected: string): Finding | undefined {
  const { sealHash, profile } = situation;
  if (expected === sealHash) return undefined;
  const variable = `DBCREDS_${profile.variable}_SEAL`;
  return expected === ''
    ? changed(situation, `cannot be used: ${variable} is set but empty`, [['seal', sealHash]])
    : changed(situation, `does not match ${variable}`, [compared('seal', expected, sealHash)]);
}

function placedGuard(situation: Situation): Finding | undefined {
  const { allowed, seal, profile } = situation;
  if (allowed === undefined)
    return changed(situation, `was never used from ${profile.file}`, inFull(situation), true, elsewhere);
  const changes = sealDifferences(allowed, seal).map((change) => compared(...change));
  return changes.length === 0
    ? undefined
    : changed(situation, 'was stored for another setting', changes, true);
}

/** A job's own variables bind it, but for what a project file could take away from them or add. */
function unplacedGuard(situation: Situation): Finding | undefined {
  const { profile, redirects, flags } = situation;
  const confirmed = flags.confirm === profile.name || flags.confirm === profile.id;
  if (confirmed && !profile.production)
    return changed(
      situation,
      `was confirmed for production, but ${profile.file} does not call it that`,
      inFull(situation),
    );
  if (redirects.length === 0) return undefined;
  return changed(
    situation,
    `needs DBCREDS_${profile.variable}_SEAL, since ${profile.file} sets ${redirects.join(' and ')}`,
    inFull(situation),
    false,
    settable,
  );
}

const elsewhere =
  'A second clone of yours looks like this, and so does a folder that somebody made to get the password.';
const settable =
  'Whoever may change the repository could get the password so. The seal says that you have looked.';

const inFull = ({ profile, seal }: Situation): Fact[] => [['file', profile.file], ...sealParts(seal)];

const compared = (part: string, allowed: string, found: string): Fact => [
  part,
  `${found}  (allowed: ${allowed})`,
];

/** @param mayAsk whether a person at a terminal may allow it; what a job's variables say, only the job can change */
function changed(
  { profile, terminal }: Situation,
  why: string,
  facts: readonly Fact[],
  mayAsk = false,
  note = 'If you did not make this change, somebody may be after the password.',
): Finding {
  const { name } = profile;
  return {
    level: terminal && mayAsk ? 'ask' : 'refuse',
    code: 'BINDING_CHANGED',
    message: `the password of ${name} ${why}`,
    facts,
    note,
    hints: [
      mayAsk
        ? ['see and allow it:', `dbcreds trust ${name}`]
        : ['see what is in force:', `dbcreds show ${name}`],
      ['the seal, for a job without a terminal:', `dbcreds trust ${name} --print`],
    ],
  };
}
