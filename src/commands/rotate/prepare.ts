import { basename } from 'node:path';
import { DbcredsError } from '../../errors.ts';
import { loadFiles } from '../../profiles/files.ts';
import { showTarget } from '../../profiles/target.ts';
import { ownFile } from '../../providers/file.ts';
import { assertSoleHolder } from '../../rotate/holders.ts';
import { journal } from '../../run/journal.ts';
import { confirm, judgeOne } from '../../run/judge.ts';
import type { Selection } from '../../run/select.ts';
import { settle } from '../../run/settle.ts';
import { type Held, refOf } from '../../run/store.ts';
import type { Options, Stage } from '../command.ts';
import { held, sceneOf, selected } from '../held.ts';
import { flag, text, texts, usage } from '../options.ts';

/** A profile that may be rotated: every guard has spoken, and production was confirmed. */
export interface Prepared {
  readonly held: Held;
  readonly admin?: Held;
}

/** What the guards say of a password's age is no reason not to change it, and a rotation runs no child. */
const guards = new Set(['BINDING_CHANGED', 'WEAK_TLS', 'REASON', 'CONFIRM']);

/**
 * Reads what a rotation needs, and asks what it has to ask.
 *
 * @throws DbcredsError where it must not be; nothing has been dialled
 */
export async function prepare(stage: Stage, name: string | undefined, options: Options): Promise<Prepared> {
  const selection = selected(stage, name === undefined ? [] : [name], options);
  try {
    return await prepareOne(stage, selection, options);
  } catch (error) {
    if (error instanceof DbcredsError && !flag(options, 'dryRun') && !isPassedBy(error, options))
      logRefusal(stage, selection, error);
    throw error;
  }
}

async function prepareOne(stage: Stage, selection: Selection, options: Options): Promise<Prepared> {
  const one = await held(stage, selection, options);
  assertStore(one);
  // What was begun is finished in any case: it is where the old password may be gone already.
  if (one.record.pending === undefined && !flag(options, 'finish')) assertSole(stage, one, options);
  const admin = await adminOf(stage, one, options);
  const typed = `dbcreds rotate ${one.plain.name}`;
  await pass(stage, one, options, { codes: guards, typed });
  if (admin)
    await pass(stage, admin, options, {
      codes: one.plain.production ? without('CONFIRM') : guards,
      typed: `${typed} --admin ${admin.plain.name}`,
    });
  return { held: one, ...(admin && { admin }) };
}

/** With `--all`, which comes by each night, that is no news. */
const isPassedBy = ({ code }: DbcredsError, options: Options): boolean =>
  code === 'READ_ONLY_PROVIDER' && flag(options, 'all');

/** A refusal stands, whether or not it can be logged. */
function logRefusal(stage: Stage, { plain }: Selection, { kind, code }: DbcredsError): void {
  const { log: _, ...profile } = plain;
  const outcome = kind === 'failed' ? 'failed' : 'refused';
  journal(stage, profile, { event: 'rotate', outcome, provider: '', code });
}

const without = (code: string): Set<string> => new Set([...guards].filter((one) => one !== code));

/** Has the guards judge, and asks. A dry run asks nothing. */
async function pass(
  stage: Stage,
  one: Held,
  options: Options,
  { codes, typed }: { readonly codes: Set<string>; readonly typed: string },
): Promise<void> {
  const { name, id } = one.plain;
  const names = texts(options, 'confirm');
  const named = names.find((given) => given === name || given === id) ?? names.at(-1);
  const scene = sceneOf(stage, name, { typed, confirm: named, reason: text(options, 'reason') });
  const dry = flag(options, 'dryRun') ? new Set(['BINDING_CHANGED', 'WEAK_TLS']) : codes;
  const judged = judgeOne(scene, one);
  const findings = judged.findings.filter(({ code }) => dry.has(code));
  await settle(scene, [{ ...judged, findings }]);
  await confirm(scene, [{ ...judged, findings }], 'dbcreds rotate');
}

function assertStore({ plain, provider }: Held): void {
  const { name, file } = plain;
  if (!provider.writable)
    throw new DbcredsError('READ_ONLY_PROVIDER', {
      kind: 'refused',
      message: `the password of ${name} comes from ${provider.place}, where dbcreds cannot write a new one`,
      note: 'Nothing was changed.',
      hints: [['keep it where it can be written:', `dbcreds add ${name} --provider keychain`]],
    });
  if (!provider.durable)
    throw new DbcredsError('NOT_DURABLE', {
      kind: 'refused',
      message: `${provider.place} lies in a git work tree, where a checkout may bring an older password back`,
      note: 'Nothing was changed.',
      hints: [['keep the file elsewhere:', `"file": { "path": "..." } of ${name} in ${file}`]],
    });
}

function assertSole(stage: Stage, { plain, provider, record }: Held, options: Options): void {
  assertSoleHolder({
    profile: plain,
    record,
    files: loadFiles(stage.context),
    recordOf: (profile) => refOf(profile).id,
    isPrivate: provider.name === 'keychain' || provider.place === ownFile(stage.context),
    soleHolder: flag(options, 'soleHolder'),
  });
}

async function adminOf(stage: Stage, { plain }: Held, options: Options): Promise<Held | undefined> {
  const name = text(options, 'admin') ?? plain.rotation.admin;
  if (name === undefined) return undefined;
  const selection = selected(stage, [name], {});
  const { target } = selection.plain;
  const server = plain.rotation.host ?? plain.target;
  const same = [plain.target, server].some(({ host, port }) => host === target.host && port === target.port);
  if (target.engine !== plain.target.engine || !same)
    throw usage(`--admin ${basename(name)} is another server: ${showTarget(target)}`, [
      [
        'a profile of the same server:',
        `${plain.target.engine}://ADMIN@${server.host}:${server.port}/DATABASE`,
      ],
    ]);
  const admin = await held(stage, selection, {});
  if (admin.record.pending)
    throw new DbcredsError('ROTATION_UNFINISHED', {
      message: `a rotation of ${name}, which should change the password, was cut off itself`,
      note: 'Nothing was changed.',
      hints: [['finish that one first:', `dbcreds rotate ${name} --finish`]],
    });
  return admin;
}
