import { assertSpans, carryOut } from '../commands/rotate/carry-out.ts';
import { prepare } from '../commands/rotate/prepare.ts';
import type { Options } from './options.ts';
import { sceneOf } from './scene.ts';

/** As the options of `dbcreds rotate`. Times as text: `1h`, `90d`. */
export interface RotateOptions extends Options {
  readonly grace?: string;
  readonly validUntil?: string;
  readonly admin?: string;
  readonly finish?: boolean;
  readonly terminate?: boolean;
  readonly soleHolder?: boolean;
  readonly allowPlaintextSql?: boolean;
}

/** What became of it. */
export interface Rotated {
  /** `finished`: what was begun before. `nothing`: nothing was left to finish. */
  readonly outcome: 'rotated' | 'finished' | 'nothing';
  readonly setAt?: Date;
  readonly expiresAt?: Date;
  /** Until when the server takes the old password too. */
  readonly discardAt?: Date;
}

/**
 * Gives a profile's account a new password, as `dbcreds rotate` does.
 *
 * @throws DbcredsError; whatever it is, the record tells the next call or command what may hold
 */
export async function rotate(name: string, options: RotateOptions = {}): Promise<Rotated> {
  const stage = sceneOf(name, options);
  const { confirm, reason, provider, via, grace, validUntil, admin } = options;
  const { finish, terminate, soleHolder, allowPlaintextSql } = options;
  const typed = { confirm, reason, provider, via, grace, validUntil, admin };
  const switches = { finish, terminate, soleHolder, allowPlaintextSql };
  const words = { ...typed, ...switches };
  assertSpans(words);
  const { how, record } = await carryOut(stage, await prepare(stage, name, words), words);
  const date = (time: number | undefined): Date | undefined =>
    time === undefined ? undefined : new Date(time);
  const { setAt, expiresAt } = record.current;
  const dates = { setAt: date(setAt), expiresAt: date(expiresAt), discardAt: date(record.discardAt) };
  return {
    outcome: how,
    ...(Object.fromEntries(Object.entries(dates).filter(([, one]) => one)) as typeof dates),
  } as Rotated;
}
