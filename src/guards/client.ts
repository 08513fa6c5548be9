import { isAddress } from '../profiles/address.ts';
import type { Profile, UrlStyle } from '../profiles/profile.ts';
import type { Finding, Situation } from './finding.ts';

/**
 * A client of which it is known that it will not verify the server as the profile says, or cannot. A warning alone: the
 * program may have an `ssl` of its own. What each client does: docs/clients.md, where a test tries them.
 */
export function clientGuard(situation: Situation): Finding | undefined {
  const { profile, urlStyle, command, env } = situation;
  if (profile.tls.mode === 'disable') return undefined;
  const message =
    caUnknown(profile, urlStyle, env) ??
    nameUnchecked(profile, urlStyle) ??
    notVerifying(profile, command.slice(0, 3).map(nameOf));
  return message === undefined ? undefined : { level: 'warn', code: 'CLIENT_TLS', message };
}

/** The file name of a program, by which `npx` and its like start it too. */
const nameOf = (word: string): string => word.replace(/^.*[\\/]/, '').replace(/\.(exe|cmd)$/i, '');

/** Styles whose URL cannot carry a CA. Their clients refuse the server without it. */
function caUnknown({ target, tls }: Profile, style: UrlStyle, env: Situation['env']): string | undefined {
  if (tls.ca === undefined) return undefined;
  if (style === 'mariadb' || style === 'postgresjs' || style === 'bun')
    return tls.nodeExtraCa || env.NODE_EXTRA_CA_CERTS
      ? undefined
      : `clients of the urlStyle ${style} learn of the CA by NODE_EXTRA_CA_CERTS alone: "nodeExtraCa": true in "tls" sets it`;
  if (style === 'go' && target.engine !== 'postgresql' && !env.SSL_CERT_FILE)
    return 'go-sql-driver takes no CA from its DSN: name the file in SSL_CERT_FILE too';
  return undefined;
}

/** 3.4.9. Elsewhere an address is compared with those in the certificate; MySQL's is refused before (src/profiles). */
function nameUnchecked({ target, tls }: Profile, style: UrlStyle): string | undefined {
  if (style !== 'postgresjs' || tls.mode !== 'verify-full' || !isAddress(target.host)) return undefined;
  return 'where the host is an address, postgres.js takes a certificate for localhost: name the host';
}

function notVerifying({ target, tls }: Profile, names: readonly string[]): string | undefined {
  if (target.engine === 'postgresql') return undefined;
  // 10.11, and MySQL's names are links to MariaDB's programs on many systems.
  const [program = ''] = names;
  if (tls.mode === 'require' && tls.ca === undefined && /^(mariadb|mysql)[a-z-]*$/.test(program))
    return `tls.mode is require, and MariaDB's clients then go on in the clear with a server that has no TLS: verify it, or take MySQL's`;
  if (names.some((name) => /^typeorm(-ts-node-(commonjs|esm))?$/.test(name)))
    return 'TypeORM drops what DATABASE_URL says of TLS for MySQL and MariaDB: its DataSource needs an ssl of its own';
  return undefined;
}
