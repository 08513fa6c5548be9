import type { Situation } from '../../src/guards/index.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { sealOf } from '../../src/profiles/seal.ts';
import { parseTarget } from '../../src/profiles/target.ts';
import { Secret } from '../../src/secret.ts';
import { profileOf } from '../helpers/profile.ts';

export const day = 86_400_000;
export const now: number = Date.parse('2026-08-14T12:00:00Z');

interface Changes {
  readonly profile?: Partial<Profile>;
  readonly slot?: { readonly setAt?: number; readonly expiresAt?: number };
}

/** A situation in which every guard is silent, but for what the test changes. */
export function situation(
  { profile: own = {}, slot = { setAt: now - day } }: Changes = {},
  more: Partial<Situation> = {},
): Situation {
  const profile = profileOf({
    name: 'dev',
    target: parseTarget('postgresql://shop_app@db.company.com/shop'),
    warn: 14 * day,
    confirmFor: 15 * 60_000,
    ...own,
  });
  const seal = sealOf(profile, {});
  return {
    profile,
    record: {
      targets: [seal.target],
      production: profile.production,
      current: { password: new Secret('kept-by-nobody-here'), ...slot },
      revision: 1,
    },
    now,
    typed: (options) => `dbcreds run --env ${profile.name} ${options} -- ...`,
    command: [],
    urlStyle: profile.urlStyle,
    env: {},
    terminal: false,
    placed: true,
    seal,
    sealHash: 'not looked at here',
    allowed: seal,
    redirects: [],
    flags: {},
    remembered: false,
    ownSocket: false,
    optionFiles: [],
    ...more,
  };
}

/** The same for production, confirmed. */
export function production(changes: Changes = {}, more: Partial<Situation> = {}): Situation {
  const profile = { name: 'prod', id: 'shop/prod', variable: 'PROD', production: true, ...changes.profile };
  return situation({ ...changes, profile }, { flags: { confirm: profile.name }, ...more });
}
