import type { Context } from '../../context.ts';
import { DbcredsError } from '../../errors.ts';
import { resolveCommand } from '../../launch/index.ts';
import { output } from '../../launch/output.ts';
import type { Engine } from '../../profiles/target.ts';
import { inheritedOf } from '../../run/environment.ts';
import { systemBundle } from '../../run/files.ts';
import type { Stage } from '../command.ts';
import { clientNames, packageHint } from '../connect/client.ts';
import type { Known } from './known.ts';
import { ok, type Remark, warning } from './remark.ts';

const programs = ['psql', 'pg_dump', 'mysql', 'mysqldump', 'mariadb', 'mariadb-dump'] as const;

/** The native clients: their versions, and what to know of their TLS. */
export async function lookAtClients({ context }: Stage, { profiles }: Known): Promise<Remark[]> {
  const files = programs.flatMap((program) => {
    const file = find(context, program);
    return file === undefined ? [] : [{ program, file }];
  });
  const found = new Set<string>(files.map(({ program }) => program));
  // All at once: one that hangs is waited for no longer than the next.
  const remarks = await Promise.all(
    files.map(async ({ program, file }) => remarkOf(program, await versionOf(context, program, file))),
  );
  const engines = [...new Set(profiles.map(({ target }) => target.engine))];
  const lacking = engines.filter((engine) => !clientNames[engine].some((name) => found.has(name)));
  return [
    ...remarks,
    ...lacking.map((engine) => missing(context, engine)),
    ...(remarks.length + lacking.length === 0 ? [ok('none is installed, and connect alone needs one')] : []),
  ];
}

function find(context: Context, program: string): string | undefined {
  try {
    return resolveCommand(program, inheritedOf(context), context.cwd, context.platform).file;
  } catch (error) {
    if (error instanceof DbcredsError) return undefined;
    throw error;
  }
}

const missing = ({ platform }: Context, engine: Engine): Remark =>
  warning(
    `no ${clientNames[engine].join(' or ')} is on the PATH: connect needs one for ${engine}`,
    ...packageHint(platform, engine),
  );

async function versionOf({ env }: Context, program: string, file: string): Promise<string | undefined> {
  // An option file with a word that it does not know would stop it.
  const args = program.startsWith('p') ? ['--version'] : ['--no-defaults', '--version'];
  try {
    const kept = { PATH: env.PATH ?? '', LANG: 'C' };
    const { stdout, exitCode } = await output(file, args, { env: kept, timeoutMs: 5_000 });
    return exitCode === 0 ? stdout.trim() : undefined;
  } catch (error) {
    if (error instanceof DbcredsError) return undefined;
    throw error;
  }
}

/** @param said what it prints as its version */
export function remarkOf(program: string, said: string | undefined): Remark {
  if (said === undefined) return warning(`${program} does not tell its version`);
  const libpq = /\(PostgreSQL\) (\d+)(\S*)/.exec(said);
  if (libpq) return ofLibpq(program, Number(libpq[1]), `${libpq[1]}${libpq[2]}`);
  const mariadb = /(\d+)\.(\d+)\.\d+-MariaDB/.exec(said);
  if (mariadb) return ofMariadb(program, mariadb);
  const mysql = /Ver (?:\S+ Distrib )?(\d+)\.(\d+)\.(\d+)/.exec(said);
  return mysql ? ofMysql(program, mysql) : warning(`${program} tells no version that is known`);
}

/** `sslrootcert=system` came with libpq 16; before, it is the path of a file that is not there. */
function ofLibpq(program: string, major: number, version: string): Remark {
  if (major >= 16) return ok(`${program} ${version}: verifies to the full, with the system's CAs too`);
  const bundle = systemBundle();
  if (bundle !== undefined)
    return ok(`${program} ${version}: verifies to the full; knows no sslrootcert=system, and gets ${bundle}`);
  return warning(`${program} ${version} knows no sslrootcert=system, and no CA bundle is at a usual place`, [
    'either name a CA in the profile:',
    'dbcreds update NAME --tls-ca FILE',
  ]);
}

/** From 11.4 on they verify by themselves. */
function ofMariadb(program: string, [version = '', major, minor]: RegExpExecArray): Remark {
  const verifies = Number(major) * 100 + Number(minor) >= 1104;
  return ok(
    `${program} ${version}: verifies ${verifies ? 'by itself' : 'only where told to, as a run does'}, chain and name at once`,
  );
}

/** `ssl-mode` came with 5.7.11; older ones pass it over, and then speak plaintext to who asks for it. */
function ofMysql(program: string, match: RegExpExecArray): Remark {
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  const version = `${major}.${minor}.${patch}`;
  return major * 1e4 + minor * 100 + patch >= 50_711
    ? ok(`${program} ${version}: verifies only where told to, as a run does`)
    : warning(`${program} ${version} knows no ssl-mode, and cannot be made to verify: take a newer one`);
}
