import { closestMatch } from 'leven';
import { longestName } from './text.ts';

/** The candidate that a mistyped word most likely meant: at most a third of its letters, and never fewer than two, differ. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longestName) return undefined;
  // Of several that are as near, the one that begins alike: people rarely mistype the first letter.
  const alike = (candidate: string): number => Number(candidate[0] === word[0]);
  const sorted = [...candidates].sort((a, b) => alike(b) - alike(a));
  return closestMatch(word, sorted, { maxDistance: Math.max(2, Math.floor(word.length / 3)) });
}
