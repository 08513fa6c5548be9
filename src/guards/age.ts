import { showDate, showSpan } from '../profiles/duration.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import type { Finding, Situation } from './finding.ts';

/** Clocks of two machines may differ so much before a date counts as one from the future. */
const clockSkew = 5 * 60_000;

/** The earlier of the expiry fixed at storing and `setAt + expires`; `undefined` where nothing bounds it. */
export function expiryOf(profile: Pick<Profile, 'expires'>, slot: Slot): number | undefined {
  const bounds = [slot.expiresAt];
  if (typeof profile.expires === 'number' && slot.setAt !== undefined)
    bounds.push(slot.setAt + profile.expires);
  const known = bounds.filter((bound) => bound !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Expired, about to expire, or of unknown age. */
export function ageGuard(situation: Situation): Finding | undefined {
  const { profile, record, now } = situation;
  const expiry = expiryOf(profile, record.current);
  if (expiry !== undefined && expiry <= now) return expired(situation, expiry);
  if (expiry !== undefined && expiry - now <= profile.warn) return soon(profile, expiry - now);
  return unknownAge(situation);
}

function expired({ profile, record, now, flags, typed }: Situation, expiry: number): Finding {
  const message = `the password of ${profile.name} expired ${showSpan(now - expiry)} ago`;
  if (flags.allowExpired || profile.onExpired === 'warn') return { level: 'warn', code: 'EXPIRED', message };
  return {
    level: 'refuse',
    code: 'EXPIRED',
    message,
    facts: [['set', `${setText(profile, record.current)}, expired ${showDate(expiry)}`]],
    note: 'The server was not asked; it may still accept it.',
    hints: [
      ['change it on the server:', `dbcreds rotate ${profile.name}`],
      ['already changed elsewhere:', `dbcreds update ${profile.name} --password`],
      ['emergency, this run only:', typed('--allow-expired')],
    ],
  };
}

function setText(profile: Profile, slot: Slot): string {
  const set = slot.setAt === undefined ? 'at an unknown date' : showDate(slot.setAt);
  return typeof profile.expires === 'number' ? `${set}, valid ${showSpan(profile.expires)}` : set;
}

function soon(profile: Profile, left: number): Finding {
  return {
    level: 'warn',
    code: 'EXPIRES_SOON',
    message: `the password of ${profile.name} expires in ${showSpan(left)}`,
    daily: !profile.production,
  };
}

function unknownAge({ profile, record, now }: Situation): Finding | undefined {
  const { setAt, expiresAt } = record.current;
  const future = setAt !== undefined && setAt - now > clockSkew;
  if (!future && (setAt !== undefined || expiresAt !== undefined)) return undefined;
  if (profile.expires === 'none' || (!profile.production && profile.expires === undefined)) return undefined;
  const why = future ? `its date, ${showDate(setAt)}, lies ahead` : 'nothing says when it was set';
  return {
    level: 'warn',
    code: 'AGE_UNKNOWN',
    message: `the age of the password of ${profile.name} is unknown: ${why}`,
  };
}
