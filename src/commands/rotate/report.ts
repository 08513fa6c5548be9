import type { DbcredsError } from '../../errors.ts';
import type { Outcome } from '../../rotate/rotate.ts';

/** What became of one profile, as JSON: no secret, times in ISO 8601. */
export function outcomeJson(id: string, { how, record }: Outcome): object {
  const iso = (time: number | undefined): string | undefined =>
    time === undefined ? undefined : new Date(time).toISOString();
  return {
    profile: id,
    outcome: how,
    user: record.current.user,
    setAt: iso(record.current.setAt),
    expiresAt: iso(record.current.expiresAt),
    discardAt: iso(record.discardAt),
  };
}

/** The same for one that was not rotated. */
export function errorJson(
  id: string,
  outcome: 'refused' | 'failed' | 'skipped',
  error: DbcredsError,
): object {
  return { profile: id, outcome, error: { code: error.code, message: error.message } };
}
