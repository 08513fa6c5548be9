import { DbcredsError, named } from '../errors.ts';
import { badProfile } from './fail.ts';
import type { ProfileFile, ProfileFiles } from './files.ts';
import { nearest } from './nearest.ts';

const pattern = /^[a-z0-9][a-z0-9_-]*$/;

/** What may be shown of a name that is none. */
const shown = /^[\w-]{1,40}(\/[\w-]{1,40})?$/;

/** Which files say something of a profile, and what it is called. */
export interface Named {
  readonly name: string;
  readonly project?: string;
  /** The file that defines it. */
  readonly base: { readonly file: ProfileFile; readonly key: string };
  /** The user's overrides of a project's profile. */
  readonly override?: { readonly file: ProfileFile; readonly key: string };
}

/** `shop-eu` -> `SHOP_EU`, as in `DBCREDS_SHOP_EU_URL`. */
export function variableOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** @throws DbcredsError `USAGE` where the text cannot be the name of a profile */
export function assertName(name: string): void {
  if (pattern.test(name)) return;
  const right = name.toLowerCase().replaceAll(/[ .]/g, '-');
  const close = pattern.test(right) && shown.test(right);
  throw new DbcredsError('USAGE', {
    kind: 'usage',
    message: `${close ? `"${name}"` : 'that'} cannot be the name of a profile`,
    note: 'A name has lower-case letters, digits, "_" and "-", and starts with a letter or digit.',
    hints: close ? [['such as:', `dbcreds add ${right}`]] : [],
  });
}

/** Every profile in force: the project's, then the user's own. @throws DbcredsError `BAD_PROFILE` for names that clash */
export function listNames(files: ProfileFiles): Named[] {
  const { project, user } = files;
  const named = new Map<string, Named>();
  for (const key of Object.keys(project?.entries ?? {})) {
    if (project) add(named, { name: key, ...from(project), base: { file: project, key } });
  }
  for (const key of Object.keys(user?.entries ?? {})) {
    if (user) addUsers(named, key, user, project);
  }
  return [...named.values()];
}

function addUsers(
  named: Map<string, Named>,
  key: string,
  user: ProfileFile,
  project: ProfileFile | undefined,
): void {
  const slash = key.indexOf('/');
  if (slash < 0) {
    // A project's profile hides the user's own of the same name.
    if (!named.has(key)) add(named, { name: key, base: { file: user, key } });
    return;
  }
  if (key.slice(0, slash) !== project?.project) return;
  const name = key.slice(slash + 1);
  const base = named.get(name);
  if (base?.project) named.set(name, { ...base, override: { file: user, key } });
  // An override outlives its profile, as when a colleague takes it out: then it says nothing.
  else if (saysWhere(user.entries[key])) add(named, { name, ...from(project), base: { file: user, key } });
}

const saysWhere = (entry: unknown): boolean =>
  typeof entry !== 'object' || entry === null || 'url' in entry || 'host' in entry;

const from = (file: ProfileFile): { project?: string } =>
  file.project === undefined ? {} : { project: file.project };

function add(named: Map<string, Named>, one: Named): void {
  const { file, key } = one.base;
  if (!pattern.test(one.name)) throw noName(file, key);
  named.set(one.name, one);
}

/** Finds a profile by `name` or `project/name`. @throws DbcredsError `NO_PROFILE`, with the nearest known name */
export function findName(files: ProfileFiles, wanted: string): Named {
  if (wanted === '') throw nameless();
  const prefix = files.project ? `${files.project.project}/` : undefined;
  const name = prefix && wanted.startsWith(prefix) ? wanted.slice(prefix.length) : wanted;
  assertNames(files);
  const found = lookUp(files, name);
  if (found) return found;
  throw missing(wanted, listNames(files), files);
}

/** One name of {@link listNames}, without making the others: a file may hold thousands. */
function lookUp({ project, user }: ProfileFiles, name: string): Named | undefined {
  const key = project ? `${project.project}/${name}` : undefined;
  const own = user && key !== undefined && Object.hasOwn(user.entries, key) ? { file: user, key } : undefined;
  if (project && Object.hasOwn(project.entries, name)) {
    const base = { file: project, key: name };
    return { name, ...from(project), base, ...(own && { override: own }) };
  }
  if (project && own && saysWhere(own.file.entries[own.key])) return { name, ...from(project), base: own };
  return user && Object.hasOwn(user.entries, name) ? { name, base: { file: user, key: name } } : undefined;
}

/** @throws DbcredsError `BAD_PROFILE` for what is no name, and where two profiles would share one `DBCREDS_<NAME>_*` */
function assertNames(files: ProfileFiles): void {
  const all = namesIn(files);
  const bad = all.find(({ name }) => !pattern.test(name));
  if (bad) throw noName(bad.file, bad.key);
  // Two names become one only where one has "-" and another "_": thousands are seldom looked at one by one.
  if (!all.some(({ name }) => name.includes('-')) || !all.some(({ name }) => name.includes('_'))) return;
  const seen = new Map<string, string>();
  for (const { name, file } of all) {
    const flat = name.replaceAll('-', '_');
    const other = seen.get(flat);
    if (other === undefined) seen.set(flat, name);
    else if (other !== name) throw clash(file, name, other);
  }
}

interface Key {
  readonly name: string;
  readonly file: ProfileFile;
  readonly key: string;
}

function namesIn({ project, user }: ProfileFiles): Key[] {
  const all = project ? Object.keys(project.entries).map((key) => ({ name: key, file: project, key })) : [];
  for (const key of user ? Object.keys(user.entries) : []) {
    if (!user) continue;
    const slash = key.indexOf('/');
    if (slash < 0) all.push({ name: key, file: user, key });
    else if (key.slice(0, slash) === project?.project && saysWhere(user.entries[key]))
      all.push({ name: key.slice(slash + 1), file: user, key });
  }
  return all;
}

function clash(file: ProfileFile, name: string, other: string): DbcredsError {
  return badProfile(
    file.path,
    ['profiles', name],
    `and "${other}" both map to DBCREDS_${variableOf(name)}_*`,
    'names that differ in more than "-" and "_"',
  );
}

function noName(file: ProfileFile, key: string): DbcredsError {
  return badProfile(file.path, ['profiles', key], 'is not a name', 'lower-case letters, digits, "_" and "-"');
}

function oneEach([first, ...others]: readonly string[]): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: 'one --env names one profile',
    hints: [
      [
        'several, the others under a prefix:',
        `dbcreds run --env ${first}${others.map((name) => ` --env ${name}:${variableOf(name)}_`).join('')} -- ...`,
      ],
    ],
  });
}

function nameless(): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: 'the name of the profile is empty',
    note: 'Does it come from a variable that is not set?',
    hints: [['see what there is:', 'dbcreds list']],
  });
}

function missing(wanted: string, all: readonly Named[], files: ProfileFiles): DbcredsError {
  const names = all.map((one) => one.name);
  const near = nearest(wanted, names);
  const several = wanted.split(/[ ,]+/);
  if (several.length > 1 && several.every((name) => names.includes(name))) return oneEach(several);
  const known = `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', ...' : ''}`;
  return new DbcredsError('NO_PROFILE', {
    message: `there is no ${named('profile', wanted, shown)}${near ? `; did you mean "${near}"?` : ''}`,
    facts: [
      ['project', files.project?.path ?? 'no dbcreds.json from here up to the git root or home'],
      ['user', files.user?.path ?? 'no profiles.json'],
      ['known', names.length === 0 ? 'none yet' : known],
    ],
    hints: near
      ? [['that one:', `dbcreds show ${near}`]]
      : [['add it:', `dbcreds add ${pattern.test(wanted) && shown.test(wanted) ? wanted : 'NAME'}`]],
  });
}
