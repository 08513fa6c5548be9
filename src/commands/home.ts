import type { Entry } from '../profiles/entry.ts';
import { loadFiles, type ProfileFile, type ProfileFiles, userFile } from '../profiles/files.ts';
import type { Profile, ProviderName } from '../profiles/profile.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { choose } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { stored } from '../run/enrol.ts';
import { providerOf, refOf } from '../run/store.ts';
import type { Stage } from './command.ts';
import { editEntry } from './entries.ts';
import { draftError } from './fields.ts';

/**
 * Writes a chosen provider down where the next run looks: one's own file, since a colleague's password may lie elsewhere.
 */
export async function rememberProvider(
  { context, terminal }: Stage,
  profile: Profile,
  name: ProviderName,
): Promise<void> {
  if (choose(profile, context).name === name) return;
  const file = userFile(context);
  const key = profile.id;
  const { [key]: entry } = loadFiles(context).user?.entries ?? {};
  await editEntry(context, file, key, { ...(entry as Entry | undefined), provider: name });
  terminal.say(`dbcreds: ${profile.id} is kept by the ${name} provider from now on, as ${file} says`);
}

/** Where a new profile goes: the nearest project file, unless `--global`; else the user's. */
export function homeOf({ context }: Stage, files: ProfileFiles, global: boolean): ProfileFile {
  if (files.project && !global) return files.project;
  return files.user ?? { path: userFile(context), entries: {} };
}

/** The profile as it would be read back from the file. @throws DbcredsError `USAGE` for what options made of it */
export function draftOf(home: ProfileFile, name: string, entry: Entry): Profile {
  const file = { ...home, entries: { ...home.entries, [name]: entry } };
  try {
    return resolveProfile(home.project === undefined ? { user: file } : { project: file }, name);
  } catch (error) {
    throw draftError(error, name);
  }
}

/** Writes a new profile down, says where, and gives it back as it is read from there. */
export async function define(
  stage: Stage,
  home: ProfileFile,
  name: string,
  entry: Entry,
  provider: ProviderName,
): Promise<Profile> {
  await editEntry(stage.context, home.path, name, provider === 'dotenv' ? { ...entry, provider } : entry);
  stage.terminal.say(`dbcreds: ${idOf(home, name)} is defined in ${home.path}`);
  return resolveProfile(loadFiles(stage.context), name);
}

const idOf = ({ project }: ProfileFile, name: string): string =>
  project === undefined ? name : `${project}/${name}`;

/**
 * The provider that will keep the password, asked once before anything is typed: it may be missing, or locked.
 */
export async function reached(
  stage: Stage,
  home: ProfileFile,
  name: string,
  flag?: string,
): Promise<Provider> {
  // What it is called, and where its file stands, is all that counts here.
  const profile = draftOf(home, name, { url: 'postgresql://user@localhost/database' });
  const provider = await providerOf(stage, profile, flag);
  if (provider.writable) await stored(provider, refOf(profile));
  return provider;
}
