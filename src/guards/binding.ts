import type { Hint } from '../errors.ts';
import { type Seal, sealDifferences } from '../profiles/seal.ts';
import type { Finding, Situation } from './finding.ts';

/** A record opens only its own target, and only from a place that was allowed with this very seal. */
export function bindingGuard(situation: Situation): Finding | undefined {
  const { record, seal, profile, expectedSeal } = situation;
  if (!record.targets.includes(seal.target)) {
    const stored = record.targets.join(', ');
    return changed(situation, 'is for another target', [['target', stored, seal.target]]);
  }
  if (expectedSeal !== undefined) {
    const { sealHash } = situation;
    if (expectedSeal === sealHash) return undefined;
    return changed(situation, `does not match DBCREDS_${profile.variable}_SEAL`, [
      ['seal', expectedSeal, sealHash],
    ]);
  }
  return situation.placed ? placedGuard(situation) : unplacedGuard(situation);
}

function placedGuard(situation: Situation): Finding | undefined {
  const { allowed, seal, profile } = situation;
  if (allowed === undefined)
    return changed(situation, `was never used from ${profile.file}`, differences(situation, undefined, seal));
  const changes = sealDifferences(allowed, seal);
  return changes.length === 0 ? undefined : changed(situation, 'was stored for another setting', changes);
}

/** A job's own variables bind it, but for what a project file could add to them. */
function unplacedGuard(situation: Situation): Finding | undefined {
  const { profile, redirects, seal } = situation;
  if (!profile.production || !redirects) return undefined;
  return changed(
    situation,
    `needs DBCREDS_${profile.variable}_SEAL, since ${profile.file} sets a hostAddress or a CA of its own`,
    differences(situation, undefined, seal),
  );
}

type Change = [key: string, allowed: string, found: string];

function differences({ profile }: Situation, allowed: Seal | undefined, found: Seal): Change[] {
  const place: Change[] = [['file', 'none', profile.file]];
  return allowed
    ? sealDifferences(allowed, found)
    : [...place, ['target', 'none', found.target], ['dial', 'none', found.dial]];
}

/** A person at a terminal may allow a place. What a job's variables say, only the job can change. */
function changed(
  { profile, terminal, placed, expectedSeal }: Situation,
  why: string,
  changes: Change[],
): Finding {
  const mend: Hint[] = placed
    ? [['see and allow it:', `dbcreds trust ${profile.name}`]]
    : [['see what is in force:', `dbcreds show ${profile.name}`]];
  return {
    level: terminal && placed && expectedSeal === undefined ? 'ask' : 'refuse',
    code: 'BINDING_CHANGED',
    message: `the password of ${profile.name} ${why}`,
    facts: changes.map(([key, allowed, found]) => [
      key,
      allowed === 'none' ? found : `${found}  (allowed: ${allowed})`,
    ]),
    note: 'If you did not make this change, somebody may be after the password.',
    hints: [...mend, ['the seal, for a job without a terminal:', `dbcreds trust ${profile.name} --print`]],
  };
}
