import type { Profile } from '../../src/profiles/profile.ts';
import { parseTarget } from '../../src/profiles/target.ts';

/** A profile outside production that says nothing of its own, but for what the test changes. */
export function profileOf(more: Partial<Profile> = {}): Profile {
  const { name = 'prod', target = parseTarget('postgresql://shop@db.example/shop') } = more;
  return {
    name,
    project: 'shop',
    id: `shop/${name}`,
    variable: name.toUpperCase(),
    file: '/srv/shop/dbcreds.json',
    target,
    userFrom: 'project',
    dial: { host: target.host, port: target.port },
    tunnelled: false,
    production: false,
    tls: { mode: 'verify-full', stated: true, nodeExtraCa: false },
    warn: 0,
    onExpired: 'refuse',
    confirmFor: 0,
    nested: false,
    soleHolder: false,
    rotation: { push: [] },
    urlStyle: 'libpq',
    params: {},
    inject: {},
    ...more,
  };
}
