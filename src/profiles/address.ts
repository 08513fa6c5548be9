import type { Address } from './profile.ts';
import { normalHost } from './target.ts';

/**
 * Reads `HOST:PORT`, `HOST` or `[IPv6]:PORT` of a tunnel's near end. libpq's `hostaddr` takes addresses alone, so that
 * `localhost` stands for 127.0.0.1 and other names are not taken.
 *
 * @returns `undefined` where the text is not an address
 */
export function parseDial(text: string, port: number): Address | undefined {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  const host = normalHost(match?.[1] ?? text);
  const chosen = match?.[2] === undefined ? port : Number(match[2]);
  const address = host === 'localhost' ? '127.0.0.1' : host;
  return isAddress(address) && chosen >= 1 && chosen <= 65_535 ? { host: address, port: chosen } : undefined;
}

/** Whether the host is an IPv4 or IPv6 address. Without `node:net`, whose loading costs 8 ms at start. */
export function isAddress(host: string): boolean {
  if (host.includes(':')) return URL.canParse(`http://[${host}]`);
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split('.').every((part) => Number(part) <= 255);
}

/**
 * Whether what is dialled can only be this machine or its container network: a socket, loopback, a one-label name (a
 * compose service), or Docker's name of the host. There TLS may be off by default outside production.
 */
export function isLocal(host: string): boolean {
  if (host.startsWith('/') || host === '::1' || host === 'host.docker.internal') return true;
  if (isAddress(host)) return host.startsWith('127.');
  // A resolver takes a bare number for an IPv4 address.
  return (!host.includes('.') && !/^(\d+|0x[\da-f]+)$/i.test(host)) || host.endsWith('.localhost');
}
