import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { statOf } from '../files.ts';
import type { Situation } from '../guards/index.ts';
import { isLocal } from '../profiles/address.ts';
import type { Profile } from '../profiles/profile.ts';
import { sealHash, sealOf } from '../profiles/seal.ts';
import { allowedSeal, readTrust } from '../profiles/trust.ts';
import type { RunRequest, Scene } from './request.ts';
import type { Held } from './store.ts';

/** Gathers what the guards may know. Reads files; writes and dials nothing. */
export function situationOf(
  { context, terminal, request }: Scene,
  held: Held,
  remembered: (sealHash: string) => boolean,
): Situation {
  const { env, now } = context;
  const { plain, provider } = held;
  const placed = provider.name === 'keychain' || provider.name === 'file';
  const seal = sealOf(plain, held.files);
  const allowed = allowedSeal(readTrust(context), plain.id, plain.file);
  const expected = env[`DBCREDS_${plain.variable}_SEAL`];
  const confirm = request.confirm ?? env.DBCREDS_CONFIRM;
  return {
    profile: plain,
    record: held.record,
    now,
    typed: typedBy(request, plain.name),
    command: request.command,
    urlStyle: request.urlStyle ?? plain.urlStyle,
    env,
    terminal: terminal.available,
    placed,
    seal,
    // Not before a guard asks: hashing loads `node:crypto`.
    get sealHash() {
      return sealHash(seal);
    },
    ...(allowed ? { allowed } : {}),
    ...(expected === undefined ? {} : { expectedSeal: expected }),
    redirects: plain.project === undefined ? [] : redirectsOf(plain),
    flags: {
      ...(request.allowExpired ? { allowExpired: true } : {}),
      ...(confirm === undefined ? {} : { confirm }),
      ...(request.reason === undefined ? {} : { reason: request.reason }),
    },
    remembered: plain.production && terminal.available && remembered(sealHash(seal)),
    ownSocket: plain.production && isOwnSocket(plain),
    optionFiles: plain.target.engine === 'postgresql' || request.ownOptionFile ? [] : optionFiles(context),
  };
}

function typedBy({ typed }: RunRequest, name: string): Situation['typed'] {
  return (options) =>
    typed === undefined ? `dbcreds run --env ${name} ${options} -- ...` : `${typed} ${options}`;
}

/**
 * By what a project's file could send a password elsewhere although its target holds. Outside production a CA and further
 * variables are a team's daily work; an address off this machine is not.
 */
function redirectsOf({ production, tunnelled, dial, tls, inject, target, urlStyle }: Profile): string[] {
  if (!production) return tunnelled && !isLocal(dial.host) ? ['a hostAddress'] : [];
  const weak = tls.mode !== 'verify-full' && !target.host.startsWith('/');
  const found = {
    'a hostAddress': tunnelled,
    'a CA of its own': tls.ca !== undefined,
    [`tls.mode ${tls.mode}`]: weak,
    'further variables (inject)': Object.keys(inject).length > 0,
    [`urlStyle ${urlStyle}`]:
      urlStyle !== (target.engine === 'postgresql' ? 'libpq' : 'mysql2') && urlStyle !== 'none',
  };
  return Object.keys(found).filter((what) => found[what]);
}

/** A socket that only root or the database server's user could have made there. */
export function isOwnSocket({ target }: Profile): boolean {
  if (!target.host.startsWith('/')) return false;
  const path = target.engine === 'postgresql' ? join(target.host, `.s.PGSQL.${target.port}`) : target.host;
  const stats = statOf(path);
  return stats?.isSocket() === true && (stats.uid === 0 || serverUsers().includes(stats.uid));
}

function serverUsers(): number[] {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return lines
      .filter((line) => /^_?(postgres|mysql|mariadb):/.test(line))
      .map((line) => Number(line.split(':')[2]));
  } catch {
    // No such file (Windows): then no socket is known to be the server's.
    return [];
  }
}

/** What in the home folder would redirect clients of MySQL's, a line each. Both files win over `MYSQL_HOME`; the second is scrambled, but its presence is telling. */
export function optionFiles({ home }: Pick<Context, 'home'>): string[] {
  const found = [];
  const mine = readText(join(home, '.my.cnf'));
  const keys = [
    ...(mine ?? '').matchAll(
      /^\s*(?:loose[-_])?(host|port|user|password|socket|protocol|ssl[\w-]*|skip[-_]ssl|tls[\w-]*)\b/gim,
    ),
  ];
  if (keys.length > 0)
    found.push(`${join(home, '.my.cnf')} sets ${[...new Set(keys.map((key) => key[1]))].join(', ')}`);
  if (statOf(join(home, '.mylogin.cnf'))) found.push(`${join(home, '.mylogin.cnf')} sets a login`);
  return found;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Absent is the usual case; one that we cannot read, the client cannot read either.
    return undefined;
  }
}
