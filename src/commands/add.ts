import { loadFiles, type ProfileFiles } from '../profiles/files.ts';
import { assertName, listNames } from '../profiles/names.ts';
import type { Profile } from '../profiles/profile.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import type { Provider } from '../providers/provider.ts';
import { enrol } from '../run/enrol.ts';
import { providerOf, refOf } from '../run/store.ts';
import type { Action, Options, Stage } from './command.ts';
import { fieldOptions } from './fields.ts';
import { gather, secretFrom } from './gather.ts';
import { define, draftOf, homeOf, reached, rememberProvider } from './home.ts';
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
      ['change it where it stands:', `dbcreds update ${name} --${kebab(given)} ...`],
      ['store its password alone:', `dbcreds add ${name}`],
    ]);
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  // It shares a record that is there: nothing to type, but to be allowed.
  if (profile.credential !== undefined && (await provider.get(refOf(profile))))
    return trust(stage, [name], options);
  const password = secretFrom(options, name, profile.target);
  await enrol(stage, profile, provider, { password, test: options.test !== false });
  await done(stage, profile, provider, options);
  return 0;
}

async function addProfile(
  stage: Stage,
  files: ProfileFiles,
  name: string,
  options: Options,
): Promise<number> {
  const home = homeOf(stage, files, flag(options, 'global'));
  const provider = await reached(stage, home, name, text(options, 'provider'));
  const { entry: stated, password, encrypted } = await gather(stage, name, home.path, options);
  const test = options.test !== false;
  const entry = test ? await probed(stage, draftOf(home, name, stated), stated, encrypted) : stated;
  const draft = draftOf(home, name, entry);
  const defined = (): Promise<Profile> => define(stage, home, name, entry, provider.name);
  if (draft.credential !== undefined && (await provider.get(refOf(draft)))) {
    await defined();
    return trust(stage, [name], options);
  }
  if (provider.writable) {
    await enrol(stage, draft, provider, { password, test, define: defined });
    await done(stage, draft, provider, options);
  } else {
    await defined();
    stage.terminal.say(`dbcreds: its password comes from ${provider.place}`);
  }
  return 0;
}

async function done(stage: Stage, profile: Profile, provider: Provider, options: Options): Promise<void> {
  const tested = options.test === false ? 'without having logged in, stored' : 'logged in, and stored';
  stage.terminal.say(`dbcreds: ${tested} the password of ${profile.id} in ${provider.place}`);
  await rememberProvider(stage, profile, provider.name);
  stage.terminal.say(`\n  run something with it:  dbcreds run --env ${profile.name} -- ...`);
}
