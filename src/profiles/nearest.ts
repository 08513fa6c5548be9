import { closestMatch } from 'leven';

/** The candidate that a mistyped word most likely meant: at most a third of its letters, and never fewer than two, differ. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return closestMatch(word, [...candidates], { maxDistance: Math.max(2, Math.floor(word.length / 3)) });
}
