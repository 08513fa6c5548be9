import { DbcredsError } from '../../errors.ts';
import type { Entry } from '../../profiles/entry.ts';
import { loadFiles, type ProfileFile } from '../../profiles/files.ts';
import { assertName, listNames } from '../../profiles/names.ts';
import type { Profile } from '../../profiles/profile.ts';
import { resolveProfile } from '../../profiles/resolve.ts';
import { formatTarget } from '../../profiles/target.ts';
import type { Provider } from '../../providers/provider.ts';
import { enrol, stored } from '../../run/enrol.ts';
import { providerOf, refOf } from '../../run/store.ts';
import type { Options, Stage } from '../command.ts';
import { asksForTls, tlsOf, withoutUndefined } from '../fields.ts';
import { paramsOf } from '../gather.ts';
import { define, draftOf, rememberProvider } from '../home.ts';
import { text } from '../options.ts';
import { probed } from '../probed.ts';
import { type Candidate, saysProduction } from './candidate.ts';

/** What all imports of one command have in common. */
export interface Import {
  readonly stage: Stage;
  /** Where new profiles go. */
  readonly home: ProfileFile;
  readonly options: Options;
}

/**
 * Makes a candidate a profile with its password, or gives a profile of the same target its password.
 *
 * @throws DbcredsError where that fails; then nothing of it was stored
 */
export async function storeOne(one: Import, candidate: Candidate): Promise<void> {
  const { name, target } = candidate;
  assertName(name);
  const files = loadFiles(one.stage.context);
  if (!listNames(files).some((known) => known.name === name)) return storeNew(one, candidate);
  const profile = resolveProfile(files, name);
  const same = formatTarget(profile.target) === formatTarget(target);
  // A project's profile hides the user's own.
  if (!same && one.home.project !== undefined && profile.project === undefined)
    return storeNew(one, candidate);
  if (!same) throw otherTarget(profile, candidate);
  await storeIn(one, profile, candidate);
}

async function storeNew({ stage, home, options }: Import, candidate: Candidate): Promise<void> {
  const { name, params } = candidate;
  const stated = entryOf(stage, home, candidate);
  const test = options.test !== false;
  const entry = test ? await probed(stage, draftOf(home, name, stated), stated, asksForTls(params)) : stated;
  const draft = draftOf(home, name, entry);
  const provider = await providerOf(stage, draft, text(options, 'provider'));
  const defined = (): Promise<Profile> => define(stage, home, name, entry, provider.name);
  await keep(stage, draft, provider, candidate, { test, define: defined });
}

function entryOf(
  stage: Stage,
  home: ProfileFile,
  { name, target, params, more, production }: Candidate,
): Entry {
  return withoutUndefined({
    description: more?.description,
    url: formatTarget(target),
    production: production || saysProduction.test(name) || undefined,
    tls: tlsOf(stage, {}, params, home.path),
    expires: more?.expires,
    params: paramsOf(stage, params),
    inject: more?.inject,
  });
}

async function storeIn({ stage, options }: Import, profile: Profile, candidate: Candidate): Promise<void> {
  tellUnset(stage, profile, candidate);
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  const record = await stored(provider, refOf(profile));
  if (record && !record.current.password.equals(candidate.password)) throw otherPassword(profile);
  if (record)
    stage.terminal.say(`dbcreds: the password of ${profile.id} is stored already in ${provider.place}`);
  else await keep(stage, profile, provider, candidate, { test: options.test !== false });
}

/** A profile that was there is left as it is, though a program may count on more than a run of it sets. */
function tellUnset({ terminal }: Stage, { id, file, inject }: Profile, { more }: Candidate): void {
  const unset = Object.keys(more?.inject ?? {}).filter((name) => !Object.hasOwn(inject, name));
  if (unset.length > 0)
    terminal.say(
      `dbcreds: warning: a run of ${id} does not set ${unset.join(', ')}; a program that reads them needs them in "inject" of ${file}`,
    );
}

async function keep(
  stage: Stage,
  profile: Profile,
  provider: Provider,
  { password, dates }: Candidate,
  more: { readonly test: boolean; readonly define?: () => Promise<Profile> },
): Promise<void> {
  await enrol(stage, profile, provider, { password, dates, event: 'import', ...more });
  const tested = more.test ? 'logged in, and stored' : 'without having logged in, stored';
  stage.terminal.say(`dbcreds: ${tested} the password of ${profile.id} in ${provider.place}`);
  await rememberProvider(stage, profile, provider.name);
}

/** Whether the password can be read back from where it is kept. @throws DbcredsError where it cannot be asked for */
export async function isKept({ stage, options }: Import, { name, password }: Candidate): Promise<boolean> {
  const profile = resolveProfile(loadFiles(stage.context), name);
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  const record = await provider.get(refOf(profile));
  return record?.current.password.equals(password) === true;
}

function otherTarget(profile: Profile, { target }: Candidate): DbcredsError {
  return new DbcredsError('USAGE', {
    kind: 'usage',
    message: `${profile.id} is defined already, for another target`,
    facts: [
      ['defined', formatTarget(profile.target)],
      ['found', formatTarget(target)],
    ],
    hints: [['under another name:', 'dbcreds import FILE --as NAME']],
  });
}

/** Which of them is the right one, only a person can tell. */
function otherPassword({ id, name }: Profile): DbcredsError {
  return new DbcredsError('CONFLICT', {
    message: `another password of ${id} is stored, and was not replaced`,
    hints: [
      ['see whether the stored one works:', `dbcreds test ${name}`],
      ['put another in its place:', `dbcreds update ${name} --password`],
    ],
  });
}
