import type { Entry } from '../profiles/entry.ts';
import { loadFiles, type ProfileFile, type ProfileFiles, userFile } from '../profiles/files.ts';
import { assertName, listNames } from '../profiles/names.ts';
import type { Profile, ProviderName } from '../profiles/profile.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { choose } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { enrol, stored } from '../run/enrol.ts';
import { providerOf, refOf } from '../run/store.ts';
import type { Action, Options, Stage } from './command.ts';
import { editEntry } from './entries.ts';
import { draftError, fieldOptions } from './fields.ts';
import { gather, secretFrom } from './gather.ts';
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
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  // It shares a record that is there: nothing to type, but to be allowed.
  if (profile.credential !== undefined && (await provider.get(refOf(profile))))
    return trust(stage, [name], options);
  const password = secretFrom(options, name, profile.target);
  await enrol(stage, profile, provider, { password, test: options.test !== false });
  done(stage, profile, provider, options);
  return 0;
}

async function addProfile(
  stage: Stage,
  files: ProfileFiles,
  name: string,
  options: Options,
): Promise<number> {
  const home = homeOf(stage, files, options);
  const provider = await reached(stage, home, name, text(options, 'provider'));
  const { entry: stated, password } = await gather(stage, name, home.path, options);
  const test = options.test !== false;
  const entry = test ? await probed(stage, draftOf(home, name, stated), stated) : stated;
  const draft = draftOf(home, name, entry);
  const define = (): Profile => {
    editEntry(home.path, name, provider.name === 'dotenv' ? { ...entry, provider: 'dotenv' } : entry);
    stage.terminal.say(`dbcreds: ${draft.id} is defined in ${home.path}`);
    return resolveProfile(loadFiles(stage.context), name);
  };
  if (draft.credential !== undefined && (await provider.get(refOf(draft)))) {
    define();
    return trust(stage, [name], options);
  }
  if (provider.writable) {
    await enrol(stage, draft, provider, { password, test, define });
    done(stage, draft, provider, options);
  } else {
    define();
    stage.terminal.say(`dbcreds: its password comes from ${provider.place}`);
  }
  return 0;
}

/**
 * The provider that will keep the password, asked once before anything is typed: it may be missing, or locked.
 */
async function reached(stage: Stage, home: ProfileFile, name: string, flag?: string): Promise<Provider> {
  // What it is called, and where its file stands, is all that counts here.
  const profile = draftOf(home, name, { url: 'postgresql://user@localhost/database' });
  const provider = await providerOf(stage, profile, flag);
  if (provider.writable) await stored(provider, refOf(profile));
  return provider;
}

function done(stage: Stage, profile: Profile, provider: Provider, options: Options): void {
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

/** The profile as it would be read back from the file. @throws DbcredsError `USAGE` for what options made of it */
function draftOf(home: ProfileFile, name: string, entry: Entry): Profile {
  const file = { ...home, entries: { ...home.entries, [name]: entry } };
  try {
    return resolveProfile(home.project === undefined ? { user: file } : { project: file }, name);
  } catch (error) {
    throw draftError(error, name);
  }
}
