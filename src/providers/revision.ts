import { DbcredsError } from '../errors.ts';
import type { Record } from '../profiles/record.ts';
import { namedAs } from './names.ts';
import type { Ref } from './provider.ts';

/**
 * The compare of compare-and-set. `undefined` on either side: no record.
 *
 * @throws DbcredsError `CONFLICT`
 */
export function assertRevision(found: number | undefined, expected: number | undefined, ref: Ref): void {
  if (found === expected) return;
  const show = (revision: number | undefined): string => (revision === undefined ? 'none' : String(revision));
  throw new DbcredsError('CONFLICT', {
    message: `the stored record of ${ref.id} is not the one that was read: another process changed it meanwhile`,
    facts: [
      ['expected revision', show(expected)],
      ['found', show(found)],
    ],
    note: 'Nothing was written.',
    hints: [['look at what is there now:', `dbcreds show ${namedAs(ref.id)}`]],
  });
}

/**
 * The same before a deletion: a record that cannot be understood may go whatever its revision, or nobody could mend it.
 *
 * @throws DbcredsError `CONFLICT`
 */
export function assertDeletable(read: () => Record, expected: number, ref: Ref): void {
  let found: number;
  try {
    found = read().revision;
  } catch {
    return;
  }
  assertRevision(found, expected, ref);
}
