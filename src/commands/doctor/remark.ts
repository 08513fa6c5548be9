import type { DbcredsError, Hint } from '../../errors.ts';

export type Level = 'ok' | 'warning' | 'problem';

/** One thing that was looked at. */
export interface Remark {
  readonly level: Level;
  readonly message: string;
  readonly hints: readonly Hint[];
}

export interface Section {
  readonly name: string;
  readonly remarks: readonly Remark[];
}

export const ok = (message: string): Remark => ({ level: 'ok', message, hints: [] });

export const warning = (message: string, ...hints: Hint[]): Remark => ({ level: 'warning', message, hints });

export const problem = (message: string, ...hints: Hint[]): Remark => ({ level: 'problem', message, hints });

/** What an error says, with what mends it. */
export function fromError({ message, code, facts, hints }: DbcredsError, level: Level = 'problem'): Remark {
  const where = facts.filter(([label]) => label === 'at').map(([, value]) => `, at ${value}`);
  return { level, message: `${message}${where.join('')} (${code})`, hints };
}
