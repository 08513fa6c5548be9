import { DbcredsError } from '../errors.ts';
import { loadFiles } from '../profiles/files.ts';
import { findName } from '../profiles/names.ts';
import type { Profile } from '../profiles/profile.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import type { Provider } from '../providers/provider.ts';
import { enrol, stored } from '../run/enrol.ts';
import { sealedFiles } from '../run/files.ts';
import { confirm, judgeOne } from '../run/judge.ts';
import { settle } from '../run/settle.ts';
import { type Held, providerOf, refOf } from '../run/store.ts';
import type { Action, Options, Stage } from './command.ts';
import { fieldOptions } from './fields.ts';
import { secretFrom } from './gather.ts';
import { sceneOf } from './held.ts';
import { flag, text, usage } from './options.ts';
import { draftOf } from './update/draft.ts';
import { changeFields } from './update/fields.ts';

/** `dbcreds update`: what is stored here, and what the profile says. The server is not touched. */
export const update: Action = async (stage, [name = ''], options) => {
  const files = loadFiles(stage.context);
  const named = findName(files, name);
  const profile = resolveProfile(files, name);
  const given = fieldOptions.filter((field) => options[field] !== undefined);
  const asked = ['password', 'passwordStdin', 'urlStdin'].some((option) => flag(options, option));
  if (given.length === 0 && !asked) throw nothingToDo(profile);
  // Before anything is written: what was asked for is done as a whole.
  if (asked) await writableOf(stage, profile, options);
  if (given.length > 0) {
    const draft = draftOf(stage, files, named, options);
    const moved = await changeFields(stage, profile, draft, options, asked);
    if (moved) return 0;
  }
  if (asked) await changePassword(stage, resolveProfile(loadFiles(stage.context), name), options);
  return 0;
};

async function changePassword(stage: Stage, profile: Profile, options: Options): Promise<void> {
  const { name } = profile;
  const provider = await writableOf(stage, profile, options);
  const record = await stored(provider, refOf(profile));
  const one = { plain: profile, profile, prefix: '', readOnly: false, provider, files: sealedFiles(profile) };
  // Where the profile is not what its password was stored for, the new one is not to go there either.
  if (record) await pass(stage, { ...one, record });
  const password = secretFrom(options, name, profile.target);
  const user = record?.current.user;
  await enrol(stage, profile, provider, { password, user, test: options.test !== false, event: 'update' });
  say(stage, profile, provider, options);
}

/** @throws DbcredsError `READ_ONLY_PROVIDER` */
async function writableOf(stage: Stage, profile: Profile, options: Options): Promise<Provider> {
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  if (provider.writable) return provider;
  throw readOnly(profile, provider);
}

/** What {@link changePassword} has done, and what it has not. */
function say({ terminal }: Stage, { id, name }: Profile, provider: Provider, options: Options): void {
  const tested = options.test === false ? 'without having logged in, stored' : 'logged in, and stored';
  terminal.say(`dbcreds: ${tested} the password of ${id} in ${provider.place}`);
  terminal.say(
    `dbcreds: it was changed here, not on the server\n\n  change it in both:  dbcreds rotate ${name}`,
  );
}

const guards = new Set(['BINDING_CHANGED', 'WEAK_TLS']);

async function pass(stage: Stage, one: Held): Promise<void> {
  const scene = sceneOf(stage, one.plain.name, { typed: `dbcreds update ${one.plain.name}` });
  const judged = judgeOne(scene, one);
  const findings = judged.findings.filter(({ code }) => guards.has(code));
  await settle(scene, [{ ...judged, findings }]);
  await confirm(scene, [{ ...judged, findings }], 'dbcreds update');
}

function nothingToDo({ name, file }: Profile): DbcredsError {
  return usage('update: what is to be changed?', [
    ['the stored password:', `dbcreds update ${name} --password`],
    [`a key of ${file}:`, `dbcreds update ${name} --expires 90d`],
  ]);
}

function readOnly({ name }: Profile, { place }: Provider): DbcredsError {
  return new DbcredsError('READ_ONLY_PROVIDER', {
    kind: 'refused',
    message: `the password of ${name} comes from ${place}, which dbcreds only reads`,
    note: 'Nothing was changed. Change it where it is set.',
    hints: [['or keep it where it can be written:', `dbcreds add ${name} --provider keychain`]],
  });
}
