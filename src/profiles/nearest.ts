import { closestMatch } from 'leven';

/** No name that somebody mistyped has more characters; what has, is somebody's try to fill a screen. */
export const longestName = 80;

/** The candidate that a mistyped word most likely meant: at most a third of its letters, and never fewer than two, differ. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longestName) return undefined;
  return closestMatch(word, [...candidates], { maxDistance: Math.max(2, Math.floor(word.length / 3)) });
}
