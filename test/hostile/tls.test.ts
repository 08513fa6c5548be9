import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { attack, ofProfile } from './attack.ts';
import type { Attempt, Victim } from './victim.ts';

const changed = 'BINDING_CHANGED';
const bad = 'BAD_PROFILE';
const ca = 'certs/company-ca.pem';

const tls = (parts: object, code: string = changed, says?: string | RegExp): Attempt =>
  ofProfile('prod', { tls: { mode: 'verify-full', ca, ...parts } }, code, says);

/** What stands at the CA's own path, or at the one that is named. */
const swapped = (swap: (victim: Victim) => void, code: string = changed, says?: string): Attempt => ({
  edit: (_, victim) => {
    swap(victim);
  },
  code,
  ...(says === undefined ? {} : { says }),
});

attack('weaker TLS', {
  'no TLS': tls({ mode: 'disable' }, changed, /tls +disable +\(allowed: verify-full\)/),
  'TLS that verifies nothing': tls({ mode: 'require' }, changed, '(WEAK_TLS)'),
  'TLS that takes any name': tls({ mode: 'verify-ca' }),
  'a reason beside it': tls({ mode: 'disable', because: 'the server is old' }),
  "libpq's prefer": tls({ mode: 'prefer' }, bad, /right +"?disable"? or "?require/),
  "libpq's allow": tls({ mode: 'allow' }, bad),
  'a mode in capitals': tls({ mode: 'DISABLE' }, bad),
  'a mode with a blank': tls({ mode: 'verify-full ' }, bad),
  'TLS left out': ofProfile('prod', { tls: undefined }, changed, /ca +none +\(allowed: [0-9a-f]{64}\)/),
  'TLS as a text': ofProfile('prod', { tls: 'disable' }, bad),
  'TLS as a list': ofProfile('prod', { tls: ['disable'] }, bad),
  'another CA': tls({ ca: 'certs/evil-ca.pem' }, changed, /ca +[0-9a-f]{64} +\(allowed: /),
  "the system's CAs": tls({ ca: '/etc/ssl/certs/ca-certificates.crt' }),
  'a CA that is not there': tls({ ca: 'certs/nothing.pem' }, bad, 'does not exist'),
  'a CA that is a folder': tls({ ca: 'certs' }, bad, 'is not a regular file'),
  'a CA that never ends': tls({ ca: '/dev/zero' }, bad, 'is not a regular file'),
  'a CA that is the terminal': tls({ ca: '/dev/stdin' }, bad),
  'a CA that is our own environment': tls({ ca: '/proc/self/environ' }, bad, 'holds no certificate'),
  'a CA that is a key': tls({ ca: 'certs/client.key' }, bad, 'holds no certificate'),
  'the CA left out': tls({ ca: undefined }),
  'another content of the CA': swapped((victim) => victim.place.write(ca, victim.pem('evil-ca'))),
  'a second CA in its file': swapped((victim) =>
    victim.place.write(ca, victim.pem('company-ca') + victim.pem('evil-ca')),
  ),
  'a key in the file of the CA': swapped(
    (victim) => victim.place.write(ca, victim.pem('company-ca') + victim.pem('client', 'key')),
    bad,
    'holds a private key',
  ),
  'a link in the place of the CA': swapped((victim) => {
    victim.remove(ca);
    symlinkSync('evil-ca.pem', join(victim.place.cwd, ca));
  }),
  'a FIFO in the place of the CA': swapped((victim) => victim.fifo(ca), bad, 'is not a regular file'),
  'an endless CA': swapped(({ place }) => place.write(ca, 'x'.repeat(2 << 20)), bad, 'is larger than'),
  'a client certificate': tls({ cert: 'certs/client.pem', key: 'certs/client.key' }),
  'a client certificate without its key': tls({ cert: 'certs/client.pem' }, bad),
  'a key without its certificate': tls({ key: '~/.ssh/id_ed25519' }, bad),
  "development's mode": ofProfile('dev', { tls: { mode: 'disable' } }, changed),
  "MySQL's mode": ofProfile('orders', { tls: { mode: 'require' } }, changed),
});

attack('no production any more', {
  'production left out': ofProfile(
    'prod',
    { production: undefined },
    changed,
    /production +false +\(allowed: true\)/,
  ),
  'production false': ofProfile('prod', { production: false }, changed),
  'production as a text': ofProfile('prod', { production: 'false' }, bad),
  'production null': ofProfile('prod', { production: null }, bad),
  'production nought': ofProfile('prod', { production: 0 }, bad),
  'with TLS and address besides': ofProfile(
    'prod',
    { production: undefined, hostAddress: '127.0.0.1:PORT', tls: { mode: 'disable' } },
    changed,
  ),
  'production by default': {
    edit: (file) => {
      file.default = 'prod';
    },
    code: bad,
    says: 'a production profile',
  },
  'a question that is remembered for years': ofProfile('prod', { confirmFor: '5000w' }, bad, 'at most "15m"'),
  'a question that is remembered a little longer': ofProfile('prod', { confirmFor: '16m' }, bad),
});
