import { DbcredsError, type Fact, withNote } from '../../errors.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { Record } from '../../profiles/record.ts';
import { type Seal, sealHash, sealOf } from '../../profiles/seal.ts';
import { formatTarget, showTarget } from '../../profiles/target.ts';
import { allow } from '../../run/allow.ts';
import { assertVerified, enrol, stored } from '../../run/enrol.ts';
import { sealedFiles } from '../../run/files.ts';
import { judgeOne } from '../../run/judge.ts';
import { tryLogin } from '../../run/server.ts';
import { type Held, providerOf, refOf } from '../../run/store.ts';
import { oneLine } from '../../terminal.ts';
import type { Options, Stage } from '../command.ts';
import { secretFrom } from '../gather.ts';
import { sceneOf } from '../held.ts';
import { text } from '../options.ts';
import { type Draft, write } from './draft.ts';

/**
 * Writes a changed profile down. What decides where its password goes is shown and agreed to first, and tried by a login.
 *
 * @param asked whether a new password comes along
 * @returns whether that was stored on the way
 * @throws DbcredsError where it must not be; nothing was changed
 */
export async function changeFields(
  stage: Stage,
  before: Profile,
  draft: Draft,
  options: Options,
  asked: boolean,
): Promise<boolean> {
  const { profile } = draft;
  const moves = formatTarget(before.target) !== formatTarget(profile.target);
  if (moves && !stage.terminal.available) throw unseen(before, profile);
  const shared = before.credential === profile.credential;
  if (shared && !moves && sameSeal(before, profile)) return settled(stage, draft, options);
  const provider = await providerOf(stage, profile, text(options, 'provider'));
  const record = provider.writable ? await stored(provider, refOf(profile)) : undefined;
  if (moves && asked && provider.writable) {
    const password = secretFrom(options, profile.name, profile.target);
    await enrol(stage, profile, provider, {
      password,
      test: options.test !== false,
      event: 'update',
      define: async () => {
        await write(stage, draft);
        return profile;
      },
    });
    return true;
  }
  if (record) return carried(stage, draft, options, heldOf(profile, provider, record));
  if (moves)
    await agree(stage, `the target of ${profile.id} is to change`, [
      ['target', `${formatTarget(profile.target)}  (now: ${formatTarget(before.target)})`],
    ]);
  return settled(stage, draft, options);
}

function heldOf(plain: Profile, provider: Held['provider'], record: Record): Held {
  return { plain, profile: plain, prefix: '', readOnly: false, provider, record, files: sealedFiles(plain) };
}

/** The stored password goes with the change, once somebody at the terminal has seen what changes. */
async function carried(stage: Stage, draft: Draft, options: Options, held: Held): Promise<false> {
  const { plain, record, files } = held;
  const { situation, findings } = judgeOne(sceneOf(stage, plain.name), held);
  const finding = findings.find(({ code }) => code === 'BINDING_CHANGED');
  if (finding === undefined) return settled(stage, draft, options);
  if (!stage.terminal.available) {
    await settled(stage, draft, options);
    stage.terminal.say(
      `dbcreds: its password has to be allowed anew\n\n  see and allow it:  dbcreds trust ${plain.name}`,
    );
    return false;
  }
  if (record.pending) throw unfinished(plain);
  await agree(stage, `the password of ${plain.id} is to be used with this from now on`, finding.facts ?? []);
  if (options.test !== false) await tried(plain, held);
  await settled(stage, draft, options);
  await allow(stage, held, sealOf(plain, files));
  stage.terminal.say(`dbcreds: allowed: ${situation.profile.file} may use the password of ${plain.name}`);
  return false;
}

async function tried(profile: Profile, { record, files }: Held): Promise<void> {
  try {
    assertVerified(profile);
    await tryLogin(profile, record.current, files);
  } catch (error) {
    throw error instanceof DbcredsError ? withNote(error, 'Nothing was changed.') : error;
  }
}

async function settled(stage: Stage, draft: Draft, options: Options): Promise<false> {
  await write(stage, draft);
  if (draft.changed.length === 0) stage.terminal.say(`dbcreds: ${draft.profile.id} says so already`);
  if (options.expires !== undefined || options.expiresDays !== undefined)
    stage.terminal.say(
      'dbcreds: a date that was fixed when the password was stored holds on, where it is the earlier one',
    );
  return false;
}

/** A CA that cannot be read any more may be the reason of the change. */
function sameSeal(before: Profile, after: Profile): boolean {
  return sealText(before) === sealText(after);
}

function sealText(profile: Profile): string | undefined {
  try {
    const seal: Seal = sealOf(profile, sealedFiles(profile));
    return sealHash(seal);
  } catch {
    return undefined;
  }
}

async function agree({ terminal }: Stage, what: string, facts: readonly Fact[]): Promise<void> {
  const rows = facts.map(([label, value]) => `  ${label.padEnd(10)}  ${value}`);
  const before = [`${what}:`, '', ...rows, ''].map(oneLine).join('\n');
  const answer = await terminal.ask('Go on? Type yes: ', { before });
  if (answer.trim().toLowerCase() !== 'yes')
    throw new DbcredsError('BINDING_CHANGED', { kind: 'refused', message: 'nothing was changed' });
}

function unseen(before: Profile, after: Profile): DbcredsError {
  return new DbcredsError('NO_TERMINAL', {
    kind: 'refused',
    message: `the target of ${before.name} is not changed without having asked, and there is no terminal`,
    facts: [
      ['now', showTarget(before.target)],
      ['wanted', showTarget(after.target)],
    ],
    note: 'Nothing was changed: a password goes where the target says.',
    hints: [['change the file, and allow it on a terminal:', `dbcreds trust ${before.name}`]],
  });
}

function unfinished({ name }: Profile): DbcredsError {
  return new DbcredsError('ROTATION_UNFINISHED', {
    kind: 'refused',
    message: `a rotation of ${name} was cut off, and its password must not move before that is finished`,
    note: 'Nothing was changed.',
    hints: [['finish it first:', `dbcreds rotate ${name} --finish`]],
  });
}
