import { endpointOf, readPems } from '../connect/endpoint.ts';
import { probeTls, type TlsProbe } from '../connect/probe.ts';
import { DbcredsError } from '../errors.ts';
import { isLocal } from '../profiles/address.ts';
import type { Entry } from '../profiles/entry.ts';
import type { Profile, TlsMode } from '../profiles/profile.ts';
import type { Stage } from './command.ts';

/**
 * Asks the server what TLS it has, and writes the mode down: `verify-full` where that holds, `disable` where it does not and
 * the server is this machine's and no production. Anything else is for a person to decide.
 *
 * @param encrypted whether the URL asked for TLS: behind a tunnel's end on this machine the network goes on, so that it is never
 *   taken away. Then `require` stands for `disable`
 * @throws DbcredsError where the server cannot be reached, or TLS does not hold where it must
 */
export async function probed(
  { terminal }: Stage,
  draft: Profile,
  entry: Entry,
  encrypted: boolean,
): Promise<Entry> {
  if (draft.tls.stated || draft.dial.host.startsWith('/')) return entry;
  const probe = await probeTls(endpointOf(draft, undefined, readPems(draft.tls)), { timeoutMs: 10_000 });
  const mode = modeOf(draft, probe, encrypted);
  terminal.say(`dbcreds: TLS: ${mode}, since the server ${said(probe)}`);
  return { ...entry, tls: { ...entry.tls, mode } };
}

function modeOf(draft: Profile, probe: TlsProbe, encrypted: boolean): TlsMode {
  if (probe.verified === 'full') return 'verify-full';
  const lax = !draft.production && isLocal(draft.dial.host) && draft.tls.ca === undefined;
  if (lax && !encrypted) return 'disable';
  if (lax && probe.offers) return 'require';
  throw new DbcredsError(probe.reason ?? 'TLS_FAILED', {
    message: `the server of ${draft.name} ${said(probe)}`,
    note: 'Nothing was stored.',
    hints: [
      ['with the CA that signed it:', `dbcreds add ${draft.name} --tls-ca FILE`],
      [
        'with less, outside production:',
        `dbcreds add ${draft.name} --tls ${probe.offers ? 'require' : 'disable'}`,
      ],
    ],
  });
}

function said({ offers, verified, reason, names = [] }: TlsProbe): string {
  if (!offers) return 'offers none';
  if (verified === 'full') return 'proves its name';
  const why =
    reason === 'CERT_NAME'
      ? `its certificate is for ${names.join(', ')}`
      : `its certificate ${unverified(reason)}`;
  return `offers TLS, but ${why}`;
}

const unverified = (reason: TlsProbe['reason']): string =>
  reason === 'CERT_EXPIRED'
    ? 'has expired'
    : reason === 'CERT_UNKNOWN_CA'
      ? 'comes from an authority that is not known here'
      : `does not verify (${reason})`;
