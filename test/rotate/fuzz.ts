import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { generatePassword } from '../../src/rotate/password.ts';
import { assert } from '../helpers/suite.ts';

export interface Fuzz {
  /** `SEED=... node --import tsx FILE` makes the same passwords again. */
  readonly seed: number;
  readonly passwords: readonly string[];
}

/** What quoting, escaping, trimming and comments could get wrong. */
const spiteful = ["'", '"', '\\', "\\'", "''", ' ', ' a ', '$$', '%s', '?', ':x', '-- ', '/*', '\\0', '*'];

/** Passwords of printable ASCII: spiteful ones, then lengths from 1 to 100, each once before any again. */
export function fuzzed(count: number, seed: number = Number(process.env.SEED ?? randomInt(2 ** 31))): Fuzz {
  const lengths = Array.from({ length: count - spiteful.length }, (_, index) => ((index * 37) % 100) + 1);
  const [passwords = []] = fc.sample(fc.tuple(...lengths.map(ofLength)), { seed, numRuns: 1 });
  return { seed, passwords: [...spiteful, ...passwords] };
}

const ofLength = (length: number): fc.Arbitrary<string> =>
  fc.noBias(fc.string({ unit: 'grapheme-ascii', minLength: length, maxLength: length }));

/** Asserts that ours is the server's for each password, and tells which one of which seed is at fault. */
export function agree(
  { seed, passwords }: Fuzz,
  theirs: readonly unknown[],
  ours: (password: string, index: number) => unknown,
): void {
  assert.is(theirs.length, passwords.length);
  for (const [index, password] of passwords.entries()) {
    const [mine, its] = [attempt(() => ours(password, index)), theirs[index]];
    const which = `password ${index} of SEED=${seed}, ${JSON.stringify(password)}`;
    assert.ok(mine === its, `${which}: ${mine} here, ${its} on the server`);
  }
}

function attempt(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

/** To log in with: each printable character, spaces at both ends, and one as rotation makes them. */
export const forLogin: readonly string[] = [
  String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 0x20 + index)),
  ' \'"\\ ',
  generatePassword().reveal(),
];

/** A literal of SQL with backslashes as escapes: MySQL's, and PostgreSQL's behind an `E`. */
export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** A name for a role or user that a test makes and removes again. */
export const fuzzedUser = (index: number): string => `fuzzed_${String(index).padStart(4, '0')}`;
