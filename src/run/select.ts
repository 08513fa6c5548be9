import { DbcredsError } from '../errors.ts';
import { loadFiles, type ProfileFiles } from '../profiles/files.ts';
import type { Profile } from '../profiles/profile.ts';
import { isReserved, stylesOf } from '../profiles/reserved.ts';
import { resolveProfile, selectName } from '../profiles/resolve.ts';
import type { Scene } from './request.ts';

/** A profile to inject, and what goes before its variables. */
export interface Selection {
  readonly profile: Profile;
  readonly prefix: string;
  /** The profile as its file has it, without `--via`: what a seal is made of. */
  readonly plain: Profile;
  readonly readOnly: boolean;
}

/** The profiles of a run. @throws DbcredsError where one cannot be used as asked */
export function select({ context, request }: Scene): Selection[] {
  const files = loadFiles(context);
  const envs =
    request.envs.length > 0 ? request.envs : [selectName(files, context, undefined, request.command[0])];
  const selections = envs.map((env) => selectOne(files, env, request));
  const prefixes = selections.map(({ prefix }) => prefix);
  const twice = prefixes.find((prefix, index) => prefixes.indexOf(prefix) !== index);
  if (twice !== undefined) throw clash(twice, envs);
  return selections;
}

function selectOne(files: ProfileFiles, env: string, request: Scene['request']): Selection {
  const colon = env.indexOf(':');
  const [name, prefix] = colon < 0 ? [env, ''] : [env.slice(0, colon), env.slice(colon + 1)];
  if (colon >= 0 && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(prefix)) throw badPrefix(env);
  const stated = resolveProfile(files, name);
  const other = request.readOnly ? stated.readOnly : undefined;
  const plain = other === undefined ? stated : resolveProfile(files, other);
  if (plain.production && !stated.production) throw production(stated, plain);
  const reserved = Object.keys(plain.inject).find((variable) => isReserved(prefix + variable));
  if (reserved !== undefined)
    throw badPrefix(env, `makes ${prefix}${reserved}, which runs code or redirects`);
  const readOnly = request.readOnly === true && other === undefined;
  if (readOnly && plain.target.engine !== 'postgresql') throw noReadOnly(plain);
  if (request.urlStyle && !stylesOf(plain.target.engine).includes(request.urlStyle))
    throw noStyle(plain, request.urlStyle);
  const profile = request.via === undefined ? plain : resolveProfile(files, plain.name, { via: request.via });
  const style = request.urlStyle ?? profile.urlStyle;
  if (profile.tunnelled && style !== 'libpq' && style !== 'none') throw noTunnel(profile, style);
  return { profile, prefix, plain, readOnly };
}

function clash(prefix: string, envs: readonly string[]): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: `two profiles would set the same variables: both have ${prefix === '' ? 'no prefix' : `the prefix ${prefix}`}`,
    hints: [
      [
        'put the others under a prefix:',
        `dbcreds run --env ${envs[0]} --env ${envs[1]?.split(':')[0]}:DB2_ -- ...`,
      ],
    ],
  });
}

function badPrefix(env: string, why = "is not the start of a variable's name"): DbcredsError {
  const [name = ''] = env.split(':');
  const shown = /^[a-z0-9][a-z0-9_-]{0,40}$/.test(name) && !env.includes('//') ? name : 'NAME';
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: `what follows the colon of --env ${why}`,
    hints: [['a prefix:', `dbcreds run --env ${shown}:DW_ -- ...`]],
  });
}

/** Who asks for less than development must not get production. */
function production({ name, file }: Profile, other: Profile): DbcredsError {
  return new DbcredsError('READ_ONLY', {
    kind: 'refused',
    message: `${name} names ${other.name} as the profile that cannot write, and that is production`,
    hints: [
      ['name another:', `"readOnly": "NAME" in ${file}`],
      ['if you mean that one:', `dbcreds run --env ${other.name} -- ...`],
    ],
  });
}

function noReadOnly({ name, file, target }: Profile): DbcredsError {
  return new DbcredsError('READ_ONLY', {
    kind: 'refused',
    message: `${name} names no profile that cannot write, and ${target.engine} has no switch for one session`,
    hints: [['name one:', `"readOnly": "NAME" in ${file}`]],
  });
}

function noTunnel({ name }: Profile, style: string): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: `--url-style ${style}: ${name} is dialled through a tunnel, and such clients dial the host itself`,
    hints: [['one of:', 'libpq, none']],
  });
}

function noStyle({ name, target }: Profile, style: string): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: `--url-style ${style}: ${name} is ${target.engine}`,
    hints: [['one of:', stylesOf(target.engine).join(', ')]],
  });
}
