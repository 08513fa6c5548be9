import type { Entry } from '../profiles/entry.ts';
import { loadFiles, type ProfileFile, type ProfileFiles, userFile } from '../profiles/files.ts';
import { assertName, listNames } from '../profiles/names.ts';
import type { Profile, ProviderName } from '../profiles/profile.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { choose } from '../providers/index.ts';
import { askPassword, enrol } from '../run/enrol.ts';
import { sealedFiles } from '../run/files.ts';
import { tryLogin } from '../run/server.ts';
import { providerOf, refOf } from '../run/store.ts';
import type { Secret } from '../secret.ts';
import type { Action, Options, Stage } from './command.ts';
import { editEntry } from './entries.ts';
import { fieldOptions, gather, secretFrom } from './gather.ts';
import { flag, kebab, text, usage } from './options.ts';
import { probed } from './probed.ts';
import { trust } from './trust.ts';

/** `dbcreds add`: a profile with its password, or the password that a profile lacks. */
export const add: Action = async (stage, [name = ''], options) => {
  assertName(name);
  const files = loadFiles(stage.context);
  const known = listNames(files).some((one) => one.name === name);
  if (known) return addPassword(stage, files, name, options);
  return addProfile(stage, files, name, options);
};

async function addPassword(
  stage: Stage,
  files: ProfileFiles,
  name: string,
  options: Options,
): Promise<number> {
  const profile = resolveProfile(files, name);
  const given = fieldOptions.find((field) => options[field] !== undefined);
  if (given)
    throw usage(`${profile.id} is defined already: --${kebab(given)} would change it`, [
      ['change it where it stands:', profile.file],
      ['store its password alone:', `dbcreds add ${name}`],
    ]);
  if (profile.credential !== undefined) {
    // It shares a record that is there: nothing to type, but to be allowed.
    const provider = await providerOf(stage, profile, text(options, 'provider'));
    if (await provider.get(refOf(profile))) return trust(stage, [name], options);
  }
  await store(stage, profile, secretFrom(options, profile.target), options, options.test !== false);
  return 0;
}

async function addProfile(
  stage: Stage,
  files: ProfileFiles,
  name: string,
  options: Options,
): Promise<number> {
  const home = homeOf(stage, files, options);
  const { entry: stated, password } = await gather(stage, name, home.path, options);
  const test = options.test !== false;
  const entry = test ? await probed(stage, draftOf(home, name, stated), stated) : stated;
  const profile = draftOf(home, name, entry);
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  if (profile.credential !== undefined && (await provider.get(refOf(profile)))) {
    editEntry(home.path, name, entry);
    return trust(stage, [name], options);
  }
  const given = provider.writable ? (password ?? (await askPassword(stage, profile))) : undefined;
  if (given && test) await tryLogin(profile, { password: given }, sealedFiles(profile));
  // Before the record, which is bound to the place of its profile; after the login, so that a slip leaves nothing.
  editEntry(home.path, name, provider.name === 'dotenv' ? { ...entry, provider: 'dotenv' } : entry);
  stage.terminal.say(`dbcreds: ${profile.id} is defined in ${home.path}`);
  if (!given) stage.terminal.say(`dbcreds: its password comes from ${provider.place}`);
  else await store(stage, draftOf(home, name, entry), given, options, false);
  return 0;
}

async function store(
  stage: Stage,
  profile: Profile,
  password: Secret | undefined,
  options: Options,
  test: boolean,
): Promise<void> {
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  await enrol(stage, profile, provider, { test, ...(password ? { password } : {}) });
  const tested = options.test === false ? 'without having logged in, stored' : 'logged in, and stored';
  stage.terminal.say(`dbcreds: ${tested} the password of ${profile.id} in ${provider.place}`);
  rememberProvider(stage, profile, provider.name);
  stage.terminal.say(`\n  run something with it:  dbcreds run --env ${profile.name} -- ...`);
}

/**
 * Writes a chosen provider down where the next run looks: one's own file, since a colleague's password may lie elsewhere.
 */
function rememberProvider({ context, terminal }: Stage, profile: Profile, name: ProviderName): void {
  if (choose(profile, context).name === name) return;
  const file = userFile(context);
  const key = profile.id;
  const { [key]: entry } = loadFiles(context).user?.entries ?? {};
  editEntry(file, key, { ...(entry as Entry | undefined), provider: name });
  terminal.say(`dbcreds: ${profile.id} is kept by the ${name} provider from now on, as ${file} says`);
}

/** The nearest project file, unless `--global`; else the user's. */
function homeOf({ context }: Stage, files: ProfileFiles, options: Options): ProfileFile {
  if (files.project && !flag(options, 'global')) return files.project;
  return files.user ?? { path: userFile(context), entries: {} };
}

/** The profile as it would be read back from the file. */
function draftOf(home: ProfileFile, name: string, entry: Entry): Profile {
  const file = { ...home, entries: { ...home.entries, [name]: entry } };
  return resolveProfile(home.project === undefined ? { user: file } : { project: file }, name);
}
