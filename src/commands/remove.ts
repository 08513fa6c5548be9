import { existsSync, rmSync } from 'node:fs';
import { DbcredsError } from '../errors.ts';
import { loadFiles } from '../profiles/files.ts';
import { findName, type Named } from '../profiles/names.ts';
import type { Profile } from '../profiles/profile.ts';
import { resolveProfile } from '../profiles/resolve.ts';
import { withoutProfile } from '../profiles/trust.ts';
import { open } from '../providers/index.ts';
import { storedNames } from '../providers/keychain/stored-names.ts';
import type { Provider, Ref } from '../providers/provider.ts';
import { changeTrust } from '../run/allow.ts';
import { journal } from '../run/journal.ts';
import { hooksOf, providerOf, refOf } from '../run/store.ts';
import type { Action, Options, Stage } from './command.ts';
import { editEntry } from './entries.ts';
import { flag, text, usage } from './options.ts';

/** `dbcreds remove`. */
export const remove: Action = async (stage, args, options) => {
  const [name] = args;
  if (flag(options, 'all')) {
    if (name !== undefined) throw usage('a name and --all: which one?');
    return removeAll(stage, options);
  }
  if (name === undefined)
    throw usage('remove needs the name of a profile, or --all', [['see them:', 'dbcreds list']]);
  const files = loadFiles(stage.context);
  const profile = resolveProfile(files, name);
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  await agree(
    stage,
    options,
    `Delete the password of ${profile.id} from ${provider.place}${flag(options, 'profile') ? ', and the profile' : ''}?`,
    profile.name,
  );
  await removeOne(stage, profile, provider);
  if (flag(options, 'profile')) await undefine(stage, findName(files, name));
  return 0;
};

/** With what one's own file says of it: alone it would be half a profile. */
async function undefine({ context, terminal }: Stage, { base, override }: Named): Promise<void> {
  for (const { file, key } of [base, ...(override ? [override] : [])]) {
    await editEntry(context, file.path, key, undefined);
    terminal.say(`dbcreds: the profile ${key} is gone from ${file.path}`);
  }
}

async function removeOne(stage: Stage, profile: Profile, provider: Provider): Promise<void> {
  const ref = refOf(profile);
  if (ref.id !== profile.id) {
    await changeTrust(stage.context, (trust) => withoutProfile(trust, profile.id));
    stage.terminal.say(`dbcreds: ${profile.id} shares the password of ${ref.id}, which stays`);
    return;
  }
  const gone = await erase(provider, ref);
  await changeTrust(stage.context, (trust) => withoutProfile(trust, profile.id));
  if (gone) journal(stage, profile, { event: 'remove', outcome: 'done', provider: provider.name });
  stage.terminal.say(
    gone
      ? `dbcreds: the password of ${profile.id} is gone from ${provider.place}; the server still accepts it`
      : `dbcreds: no password of ${profile.id} was stored in ${provider.place}`,
  );
}

/** An entry that cannot be understood is deleted too. @returns whether there was one */
async function erase(provider: Provider, ref: Ref): Promise<boolean> {
  let revision = 0;
  try {
    revision = (await provider.get(ref))?.revision ?? 0;
  } catch (error) {
    if (!(error instanceof DbcredsError) || !/^(RECORD_INVALID|KEYCHAIN_ENTRY_GONE)$/.test(error.code))
      throw error;
  }
  return provider.delete(ref, revision);
}

/** For someone who leaves: every entry in the keychain that dbcreds put there, of any project, and one's own encrypted file. */
async function removeAll(stage: Stage, options: Options): Promise<number> {
  const ids = storedNames(stage.context);
  const file = (await import('../providers/file.ts')).ownFile(stage.context);
  const all = [
    ...(ids.length > 0 ? [`${ids.length} of the keychain (${some(ids)})`] : []),
    ...(existsSync(file) ? [`those in ${file}`] : []),
  ];
  if (all.length === 0) {
    stage.terminal.say(
      'dbcreds: nothing of yours is stored, neither in the keychain nor in a file of your own',
    );
    return 0;
  }
  await agree(stage, options, `Delete the stored passwords: ${all.join(', and ')}?`, 'all');
  await eraseAll(stage, ids);
  if (existsSync(file)) erased(stage, file);
  await changeTrust(stage.context, () => ({}));
  stage.terminal.say('dbcreds: the servers still accept them: have them changed, or your logins closed');
  return 0;
}

const some = (ids: readonly string[]): string =>
  ids.length > 12 ? `${ids.slice(0, 12).join(', ')}, ...` : ids.join(', ');

async function eraseAll(stage: Stage, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const provider = await keychain(stage);
  for (const id of ids) {
    await erase(provider, { id, variable: '', target: '', production: false });
    stage.terminal.say(`dbcreds: the password of ${id} is gone from ${provider.place}`);
  }
}

function erased({ terminal }: Stage, file: string): void {
  rmSync(file);
  terminal.say(`dbcreds: ${file} is deleted`);
}

function keychain(stage: Stage): Promise<Provider> {
  // The keychain serves every profile, and asks none for anything.
  return open('keychain', undefined as never, stage.context, hooksOf(stage.terminal));
}

async function agree(stage: Stage, options: Options, question: string, word: string): Promise<void> {
  if (flag(options, 'yes')) return;
  if (!stage.terminal.available)
    throw new DbcredsError('NO_TERMINAL', {
      kind: 'refused',
      message: 'nothing is deleted without having asked, and there is no terminal',
      hints: [['say that you mean it:', `dbcreds remove ${word === 'all' ? '--all' : word} --yes`]],
    });
  const answer = await stage.terminal.ask(`${question} Type ${word}: `);
  if (answer !== word) throw new DbcredsError('CONFIRM', { kind: 'refused', message: 'nothing was deleted' });
}
