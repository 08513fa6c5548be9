import { isAddress, isLocal } from './address.ts';
import { parseDuration } from './duration.ts';
import type { Fail } from './fail.ts';
import type { Layers } from './layers.ts';
import type { Address, Profile, RotationSettings } from './profile.ts';
import { isHost, normalHost } from './target.ts';

type Made = Pick<Profile, 'name' | 'id' | 'target' | 'tls' | 'production'>;

/**
 * Reads `HOST`, `HOST:PORT` or `[IPv6]:PORT`, where the host is a name, an address or the path of a socket.
 *
 * @param port where the text has none
 * @returns `undefined` where the text is no such address
 */
export function parseServer(text: string, port: number): Address | undefined {
  const match = /^(\/.*?|\[[^[\]]*:[^[\]]*\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  // Without a match it can still be an IPv6 address on its own.
  const host = normalHost(match?.[1] ?? (/[[\]]/.test(text) ? '' : text));
  const chosen = match?.[2] === undefined ? port : Number(match[2]);
  return isHost(host) && chosen >= 1 && chosen <= 65_535 ? { host, port: chosen } : undefined;
}

/**
 * The settings of a rotation, from both files together.
 *
 * @param made what was already made of the profile
 * @throws DbcredsError `BAD_PROFILE`, which names the file that says what cannot stand
 */
export function rotationOf(layers: Layers, made: Made): RotationSettings {
  const { admin, grace, push = [] } = layers.entry.rotation ?? {};
  const host = hostOf(layers, made);
  if (host) assertVerified(layers, made, host.host);
  const roles = rolesOf(layers, made.target.user);
  if (admin === made.name || admin === made.id)
    throw saying(layers, 'admin')(
      ['rotation', 'admin'],
      'is this profile itself',
      'another profile, whose login may change this one; or no "admin" where it changes itself',
    );
  return {
    ...(host && { host }),
    ...(admin === undefined ? {} : { admin }),
    ...(roles && { roles }),
    ...(grace === undefined ? {} : { grace: parseDuration(grace) ?? 0 }),
    push,
  };
}

/** The error of the file that has the last word on the key. */
function saying({ over, failOver, failBase }: Layers, key: 'host' | 'admin' | 'roles'): Fail {
  return over.rotation?.[key] === undefined ? failBase : failOver;
}

function hostOf(layers: Layers, { target }: Made): Address | undefined {
  const text = layers.entry.rotation?.host;
  if (text === undefined) return undefined;
  const address = parseServer(text, target.port);
  // Not quoted: what stands there may be a URL with a password.
  if (!address)
    throw saying(layers, 'host')(
      ['rotation', 'host'],
      'is no address of a server',
      'HOST or HOST:PORT: a name, an address ([::1]:5432) or the path of a socket',
    );
  return address;
}

/**
 * One mode holds for the pooler and for the server behind it: what is enough for a pooler on this machine would send the
 * new password over the network in plaintext.
 */
function assertVerified(layers: Layers, { target, tls, production }: Made, host: string): void {
  if (tls.mode === 'verify-full') {
    if (target.engine !== 'postgresql' && isAddress(host))
      throw saying(layers, 'host')(
        ['rotation', 'host'],
        'is an address, and MySQL clients cannot check one',
        'a host name, or "tls.mode": "verify-ca"',
      );
    return;
  }
  const forLocal = production ? target.host.startsWith('/') && tls.because === undefined : !tls.stated;
  if (forLocal && !isLocal(host))
    throw layers.failBase(
      ['tls', 'mode'],
      `is ${tls.mode}${tls.stated ? '' : ' by default'}, but "rotation.host" is not on this machine`,
      '"verify-full", which then holds for the pooler too',
    );
}

/**
 * A project's roles go with its user: whoever overrides the login by one of their own has none that take turns, unless
 * the override names them.
 */
function rolesOf(layers: Layers, user: string): readonly [string, string] | undefined {
  const [a, b] = layers.entry.rotation?.roles ?? [];
  if (a === undefined || b === undefined) return undefined;
  const fail = saying(layers, 'roles');
  const at = ['rotation', 'roles'];
  if (a === b) throw fail(at, 'names the same role twice', 'two roles that take turns');
  if (a === user || b === user) return [a, b];
  const { base, over } = layers;
  if (over.rotation?.roles === undefined && base.rotation?.roles?.includes(base.user ?? '')) return undefined;
  throw fail(at, 'does not name the user of the profile', `${JSON.stringify(user)} and one more role`);
}
