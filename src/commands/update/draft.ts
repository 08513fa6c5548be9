import type { Entry } from '../../profiles/entry.ts';
import { type ProfileFile, type ProfileFiles, userFile } from '../../profiles/files.ts';
import type { Named } from '../../profiles/names.ts';
import type { Profile } from '../../profiles/profile.ts';
import { resolveProfile } from '../../profiles/resolve.ts';
import { defaultPort, formatTarget, parseUrl, type Target, targetOf } from '../../profiles/target.ts';
import type { Options, Stage } from '../command.ts';
import { editEntry, editFields } from '../entries.ts';
import { draftError, expiresOf, type Parts, partsOf, tlsOf, withoutUndefined } from '../fields.ts';
import { flag, text } from '../options.ts';

/** An entry as it is to be, in the file where it stands. */
interface Changed {
  readonly file: ProfileFile;
  readonly key: string;
  readonly entry: Entry;
}

/** A profile as options change it. Nothing is written yet. */
export interface Draft {
  readonly profile: Profile;
  readonly changed: readonly Changed[];
}

/**
 * The profile with what the options name changed, each key where it counts: in the user's override where that sets it or
 * `--global` asks for it, else in the entry itself.
 *
 * @throws DbcredsError `USAGE` for what options made of it
 */
export function draftOf(stage: Stage, files: ProfileFiles, named: Named, options: Options): Draft {
  const { name, base, project } = named;
  const own = named.override ?? ownPlace(stage, files, project === undefined ? name : `${project}/${name}`);
  const global = flag(options, 'global') && project !== undefined;
  const before = { base: entryAt(base), own: entryAt(own) };
  const set = (key: keyof Entry): boolean => global || (own.file !== base.file && key in before.own);
  const after = { base: { ...before.base }, own: { ...before.own } };
  const put = (entry: Entry): void => {
    for (const [key, value] of Object.entries(entry)) {
      const where = set(key as keyof Entry) ? 'own' : 'base';
      const old = before[where][key as keyof Entry];
      const merged = key === 'tls' ? { ...(old as object | undefined), ...(value as object) } : value;
      Object.assign(after[where], { [key]: merged });
    }
  };
  const file = global ? own.file : base.file;
  put(withoutUndefined(fieldsOf(stage, options, file.path)));
  for (const where of ['base', 'own'] as const)
    Object.assign(after[where], partsIn(before[where], partsOf(options), where === 'own', set));
  const changed = [
    { ...base, entry: after.base },
    { ...own, entry: after.own },
  ].filter(({ file, key, entry }) => JSON.stringify(entry) !== JSON.stringify(entryAt({ file, key })));
  return { changed, profile: resolved(files, changed, name) };
}

interface Place {
  readonly file: ProfileFile;
  readonly key: string;
}

const entryAt = ({ file, key }: Place): Entry => (file.entries[key] ?? {}) as Entry;

function ownPlace({ context }: Stage, { user }: ProfileFiles, key: string): Place {
  return { file: user ?? { path: userFile(context), entries: {} }, key };
}

function fieldsOf(stage: Stage, options: Options, file: string): Entry {
  return {
    description: text(options, 'description'),
    hostAddress: text(options, 'hostAddress'),
    production: flag(options, 'production') || undefined,
    tls: tlsOf(stage, options, {}, file),
    expires: expiresOf(options),
    urlStyle: text(options, 'urlStyle') as Entry['urlStyle'],
    credential: text(options, 'credential'),
  };
}

/** The parts of the target as this entry writes them: within its `url`, or one by one. */
function partsIn(entry: Entry, parts: Parts, own: boolean, set: (key: keyof Entry) => boolean): Entry {
  const here = Object.entries(parts).filter(([key]) => (set(key as keyof Entry) || set('url')) === own) as [
    keyof Target,
    never,
  ][];
  if (here.length === 0) return {};
  if (entry.url === undefined) return Object.fromEntries(here);
  const before = targetOf(parseUrl(entry.url));
  const after = { ...before, ...Object.fromEntries(here) };
  const usual = before.port === defaultPort(before.engine) && parts.port === undefined;
  return { url: formatTarget(usual ? { ...after, port: defaultPort(after.engine) } : after) };
}

function resolved({ project, user }: ProfileFiles, changed: readonly Changed[], name: string): Profile {
  const laid = (file: ProfileFile | undefined): ProfileFile | undefined => {
    const fresh = changed.filter((one) => one.file.path === file?.path);
    return file && { ...file, entries: { ...file.entries, ...entriesOf(fresh) } };
  };
  const mine = changed.find(({ file }) => file.project === undefined)?.file;
  const files = { project: laid(project), user: laid(user ?? mine) };
  try {
    return resolveProfile(withoutUndefined(files), name);
  } catch (error) {
    throw draftError(error, name);
  }
}

const entriesOf = (changed: readonly Changed[]): { [key: string]: Entry } =>
  Object.fromEntries(changed.map(({ key, entry }) => [key, entry]));

/** Writes the changed entries down, and says where. */
export async function write({ context, terminal }: Stage, { changed, profile }: Draft): Promise<void> {
  for (const { file, key, entry } of changed) {
    if (key in file.entries) await editFields(context, file.path, key, entry);
    else await editEntry(context, file.path, key, entry);
    terminal.say(`dbcreds: ${profile.id} is changed in ${file.path}`);
  }
}
