import type { Context } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import { isAddress, isLocal, parseDial } from './address.ts';
import { parseDuration } from './duration.ts';
import type { Entry } from './entry.ts';
import { badProfile, type Fail } from './fail.ts';
import type { ProfileFiles } from './files.ts';
import { layersOf, userFromOf } from './layers.ts';
import { findName, listNames, type Named, variableOf } from './names.ts';
import type { Address, Profile, Tls } from './profile.ts';
import { defined } from './read.ts';
import { stylesOf } from './reserved.ts';
import { rotationOf } from './rotation.ts';
import { defaultPort, type Target } from './target.ts';

export interface ResolveOptions {
  /** `--via HOST:PORT`: dial this, for one run. */
  readonly via?: string | undefined;
}

/**
 * The profile that `--env`, `DBCREDS_ENV` or a file's `default` selects.
 *
 * @param word what stands where a command was expected: many a profile's name does at first
 * @throws DbcredsError `USAGE` where none does
 */
export function selectName(
  files: ProfileFiles,
  context: Context,
  flag: string | undefined,
  word?: string,
): string {
  const name =
    flag ?? (context.env.DBCREDS_ENV || undefined) ?? files.project?.default ?? files.user?.default;
  if (name !== undefined) return name;
  const meant = listNames(files).some((one) => one.name === word) ? word : undefined;
  throw new DbcredsError('USAGE', {
    kind: 'usage',
    message: 'no profile was named',
    note: 'Neither --env nor DBCREDS_ENV is set, and no profile file has a "default".',
    hints: [
      meant
        ? ['that profile is named by:', `dbcreds run --env ${meant} -- ...`]
        : ['see what there is:', 'dbcreds list'],
    ],
  });
}

/**
 * One profile with the user's overrides applied and every default filled in.
 *
 * @throws DbcredsError `NO_PROFILE`, `BAD_PROFILE`, `USAGE` (for `via`)
 */
export function resolveProfile(files: ProfileFiles, wanted: string, options: ResolveOptions = {}): Profile {
  const named = findName(files, wanted);
  const profile = build(named, options);
  for (const file of [files.project, files.user]) {
    if (file?.default === profile.name && profile.production)
      throw badProfile(
        file.path,
        ['default'],
        `is "${profile.name}", a production profile`,
        'another profile',
      );
  }
  return profile;
}

function build(named: Named, options: ResolveOptions): Profile {
  const { name, project, base } = named;
  const layers = layersOf(named);
  const { entry, own, over, failBase: fail } = layers;
  const target = targetOf(entry, fail);
  const dial = dialOf(entry, options.via, target, fail);
  const urlStyle = entry.urlStyle ?? (target.engine === 'postgresql' ? 'libpq' : 'mysql2');
  if (!stylesOf(target.engine).includes(urlStyle))
    throw fail(
      ['urlStyle'],
      `is "${urlStyle}", which ${target.engine} has not`,
      stylesOf(target.engine).join(', '),
    );
  if (dial && urlStyle !== 'libpq' && urlStyle !== 'none')
    throw fail(
      ['urlStyle'],
      `is "${urlStyle}", whose clients dial the host itself`,
      '"libpq" where "hostAddress" is set',
    );
  const id = project === undefined ? name : `${project}/${name}`;
  const tls = tlsOf(entry, target, dial, fail);
  const production = entry.production ?? false;
  return {
    name,
    ...(project === undefined ? {} : { project }),
    id,
    variable: variableOf(name),
    file: base.file.path,
    target,
    userFrom: userFromOf(layers),
    dial: dial ?? { host: target.host, port: target.port },
    tunnelled: dial !== undefined,
    production,
    tls,
    ...timesOf(entry),
    onExpired: entry.onExpired ?? 'refuse',
    ...(entry.provider ? { provider: { name: entry.provider, from: over.provider ? 'user' : own } } : {}),
    urlStyle,
    params: Object.fromEntries(
      Object.entries(entry.params ?? {}).map(([key, value]) => [key, String(value)]),
    ),
    inject: entry.inject ?? {},
    nested: entry.nested ?? false,
    soleHolder: entry.soleHolder ?? false,
    rotation: rotationOf(layers, { name, id, target, tls, production }),
    ...optionsOf(entry),
  };
}

function optionsOf(entry: Entry): Partial<Profile> {
  const { description, credential, serverUser, readOnly, access, reason, log, file } = entry;
  const options = {
    description,
    credential,
    serverUser,
    readOnly,
    access,
    reason,
    log,
    filePath: file?.path,
  };
  return defined(options) as Partial<Profile>;
}

function targetOf(entry: Entry, fail: Fail): Target {
  const { engine, host, database, user } = entry;
  if (!engine || !host || !database || !user) {
    const missing = (['engine', 'user', 'host', 'database'] as const).filter((key) => !entry[key]);
    throw fail(
      [],
      `has no ${missing.join(', no ')}`,
      '"url": "engine://user@host:port/database", or the separate fields',
    );
  }
  const normal = engine === 'postgres' ? 'postgresql' : engine;
  // vacuumdb, reindexdb, clusterdb and pgbench dial what such a PGDATABASE says.
  if (normal === 'postgresql' && /=|^postgres(ql)?:\/\//.test(database))
    throw fail(['database'], 'reads as a connection string', 'the name of a database');
  return { engine: normal, host, database, user, port: entry.port ?? defaultPort(normal) };
}

function dialOf(entry: Entry, via: string | undefined, target: Target, fail: Fail): Address | undefined {
  const text = via ?? entry.hostAddress;
  if (text === undefined) return undefined;
  if (target.engine !== 'postgresql') throw noDial(target, via === undefined, fail);
  const address = parseDial(text, target.port);
  if (!address) throw badDial(via === undefined, fail);
  return address;
}

function noDial({ engine }: Target, inFile: boolean, fail: Fail): DbcredsError {
  const why = `${engine} clients check the name that they dial`;
  const right = 'a host name that resolves to the tunnel';
  if (inFile) return fail(['hostAddress'], `is set, but ${why}`, right);
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: `--via is for PostgreSQL alone: ${why}`,
    note: `What works instead: ${right}.`,
  });
}

/** Not quoted: what stands there may be a URL. */
function badDial(inFile: boolean, fail: Fail): DbcredsError {
  const right = 'an IP address or localhost, and a port: 127.0.0.1:6543';
  if (inFile) return fail(['hostAddress'], 'is no address to dial', right);
  return new DbcredsError('USAGE', { kind: 'usage', message: `--via takes ${right}` });
}

function tlsOf(entry: Entry, target: Target, dial: Address | undefined, fail: Fail): Tls {
  const { mode: stated, ca, cert, key, because, nodeExtraCa } = entry.tls ?? {};
  const lax = !entry.production && isLocal(dial?.host ?? target.host);
  const mode = stated ?? (lax ? 'disable' : 'verify-full');
  if (mode === 'verify-full' && target.engine !== 'postgresql' && isAddress(target.host))
    throw fail(
      ['tls', 'mode'],
      'is verify-full, but MySQL clients cannot check an IP address',
      'a host name, or "verify-ca"',
    );
  if ((cert === undefined) !== (key === undefined))
    throw fail(['tls', cert === undefined ? 'cert' : 'key'], 'is missing', '"cert" and "key" together');
  return {
    mode,
    stated: stated !== undefined,
    nodeExtraCa: nodeExtraCa ?? false,
    ...defined({ ca, cert, key, because }),
  } as Tls;
}

function timesOf(entry: Entry): Pick<Profile, 'expires' | 'warn' | 'confirmFor'> {
  const span = (text: string): number => parseDuration(text) ?? 0;
  return {
    ...(entry.expires === undefined
      ? {}
      : { expires: entry.expires === 'none' ? 'none' : span(entry.expires) }),
    warn: span(entry.warn ?? '14d'),
    confirmFor: span(entry.confirmFor ?? '15m'),
  };
}
