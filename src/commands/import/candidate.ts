import type { Entry } from '../../profiles/entry.ts';
import type { ProfileFiles } from '../../profiles/files.ts';
import { listNames } from '../../profiles/names.ts';
import type { Slot } from '../../profiles/record.ts';
import { isReserved } from '../../profiles/reserved.ts';
import { resolveProfile } from '../../profiles/resolve.ts';
import { formatTarget, type ParsedUrl, type Target } from '../../profiles/target.ts';
import type { Secret } from '../../secret.ts';

/** A login that was found and can become a profile. */
export interface Candidate {
  /** Proposed. */
  readonly name: string;
  readonly target: Target;
  readonly password: Secret;
  readonly params: ParsedUrl['params'];
  /** Where its variables stand: none of what came from a keychain. */
  readonly sources: readonly Source[];
  /** Where it was found, for people. */
  readonly from: string;
  readonly production: boolean;
  readonly dates?: Pick<Slot, 'setAt' | 'expiresAt'>;
  /** What the profile says besides. */
  readonly more?: Pick<Entry, 'description' | 'expires' | 'inject'>;
}

export interface Source {
  /** Absolute path. */
  readonly file: string;
  readonly variables: readonly string[];
}

/** What a name that says production looks like. */
export const saysProduction: RegExp = /^(prod|prd|production|live)\b|[-_](prod|production|live)$/;

/** The text as the name of a profile. */
export function asName(text: string): string {
  const usual: { readonly [word: string]: string } = { production: 'prod', development: 'dev' };
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '');
  return usual[name] ?? (name || 'dev');
}

/** What a program that reads variables of its own needs: those that a run does not set by itself. */
export function injectOf(variables: { readonly [name: string]: string }): Entry['inject'] {
  const own = Object.entries(variables).filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !isReserved(name));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/**
 * The candidates, each under a name that is free, or that of a profile with the very target.
 *
 * @param inProject whether they go into a project's file: there a name is free that one's own file has for another target
 */
export function named(all: readonly Candidate[], files: ProfileFiles, inProject: boolean): Candidate[] {
  const found = all.map(({ target }) => formatTarget(target));
  const known = listNames(files).map((one) => ({ ...one, target: targetText(files, one.name) }));
  const counts = known.filter((one) => !inProject || one.project !== undefined || found.includes(one.target));
  const taken = new Map(counts.map(({ name, target }) => [name, target]));
  return all.map((candidate) => {
    const target = formatTarget(candidate.target);
    let name = candidate.name;
    for (let count = 2; taken.has(name) && taken.get(name) !== target; count++)
      name = `${candidate.name}-${count}`;
    taken.set(name, '');
    return { ...candidate, name };
  });
}

/** The target of a profile that is there; nothing of one that cannot be read. */
function targetText(files: ProfileFiles, name: string): string {
  try {
    return formatTarget(resolveProfile(files, name).target);
  } catch {
    return '';
  }
}
