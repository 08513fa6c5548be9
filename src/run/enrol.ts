import { DbcredsError, withNote } from '../errors.ts';
import { tlsGuard } from '../guards/production.ts';
import type { LogEntry } from '../log.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record, Slot } from '../profiles/record.ts';
import { type SealedFiles, sealOf } from '../profiles/seal.ts';
import { weaknesses } from '../profiles/strength.ts';
import { formatTarget, showTarget, urlHost } from '../profiles/target.ts';
import type { Provider, Ref } from '../providers/provider.ts';
import { Secret } from '../secret.ts';
import { oneLine } from '../terminal.ts';
import { allowPlace } from './allow.ts';
import { sealedFiles } from './files.ts';
import { journal } from './journal.ts';
import type { Scene } from './request.ts';
import { tryLogin } from './server.ts';
import { isOwnSocket } from './situation.ts';
import { refOf } from './store.ts';

type Stage = Pick<Scene, 'context' | 'terminal'>;

export interface EnrolOptions {
  /** Absent: asked for on the terminal. */
  readonly password?: Secret | undefined;
  /** Whether to log in first, so that only a password that works is stored. */
  readonly test?: boolean;
  /** The profile to log in by, where `--via` sets it apart. */
  readonly dialled?: Profile;
  /**
   * Writes a new profile down, and gives it back as it is read from there. Called before the record, which is bound to the
   * place of its profile, and after the login, so that a slip leaves nothing.
   */
  readonly define?: () => Promise<Profile>;
  /** When the password was set and until when it is valid, where that is known; else it counts as set now. */
  readonly dates?: Pick<Slot, 'setAt' | 'expiresAt'> | undefined;
  /** The login whose password it is, where that is not the target's: one of two that take turns. */
  readonly user?: string | undefined;
  /** What the log calls it. Absent: `add`. */
  readonly event?: LogEntry['event'];
}

/**
 * Stores a profile's password: asks for it, logs in, writes the record, allows this place to use it.
 *
 * @throws DbcredsError where the login fails; then nothing was stored
 */
export async function enrol(
  stage: Stage,
  profile: Profile,
  provider: Provider,
  options: EnrolOptions,
): Promise<Record> {
  const ref = refOf(profile);
  const files = sealedFiles(profile);
  const existing = await stored(provider, ref);
  if (existing) await agreeToReplace(stage, profile, existing);
  if (options.test !== false) assertVerified(profile);
  const record = await proved(stage, profile, existing, options, files);
  const placed = (await options.define?.()) ?? profile;
  await provider.set(ref, record, existing?.revision);
  await allowPlace(stage.context, placed.id, placed.file, sealOf(placed, files));
  journal(stage, placed, { event: options.event ?? 'add', outcome: 'done', provider: provider.name });
  return record;
}

/** The record of a password that works. Where none was stored, a slip is asked again: three tries, as with `sudo`. */
async function proved(
  stage: Stage,
  profile: Profile,
  existing: Record | undefined,
  options: EnrolOptions,
  files: SealedFiles,
): Promise<Record> {
  const again = options.password === undefined && existing === undefined;
  for (let left = again ? 3 : 1; ; left -= 1) {
    const password =
      options.password ?? (await askPassword(stage, profile, options.user, existing !== undefined));
    judgePassword(stage, profile, password);
    const fresh = slotOf(profile, password, options, stage.context.now);
    const record = recordOf(profile, fresh, existing, options.test !== false);
    try {
      if (options.test !== false) await tried(options, profile, record, files);
      return record;
    } catch (error) {
      if (!(error instanceof DbcredsError) || error.code !== 'WRONG_PASSWORD') throw error;
      if (left === 1) throw existing ? error : toAdd(error, profile);
      stage.terminal.say(`dbcreds: ${error.message} (${error.code})\n`);
    }
  }
}

/** A profile that is there, and no password of it: `update` has nothing to change. */
function toAdd({ code, message, kind, facts, note, cause }: DbcredsError, { name }: Profile): DbcredsError {
  const hints = [['store the right one', `dbcreds add ${name}`]] as const;
  return new DbcredsError(code, { message, kind, facts, hints, cause, ...(note && { note }) });
}

/** What a run would refuse to send, is not sent here either. @throws DbcredsError `WEAK_TLS` */
export function assertVerified(profile: Profile): void {
  const finding = tlsGuard({ profile, ownSocket: isOwnSocket(profile) });
  if (!finding) return;
  const { code, message, note = '', hints = [] } = finding;
  throw new DbcredsError(code, { kind: 'refused', message, note: `Nothing was sent. ${note}`, hints });
}

/** What a provider has for a profile that is about to be stored: a lost entry is as good as none. */
export async function stored(provider: Provider, ref: Ref): Promise<Record | undefined> {
  try {
    return await provider.get(ref);
  } catch (error) {
    if (error instanceof DbcredsError && error.code === 'KEYCHAIN_ENTRY_GONE') return undefined;
    throw error;
  }
}

async function tried(
  { dialled, define }: EnrolOptions,
  profile: Profile,
  { current }: Record,
  files: SealedFiles,
): Promise<void> {
  try {
    await tryLogin(dialled ?? profile, current, files, define === undefined);
  } catch (error) {
    throw error instanceof DbcredsError ? withNote(error, 'Nothing was stored.') : error;
  }
}

/** A record of the same name may belong to another database: of another clone, or of before the profile moved. */
async function agreeToReplace({ terminal }: Stage, profile: Profile, existing: Record): Promise<void> {
  if (existing.targets.includes(formatTarget(profile.target))) return;
  const message = `a password of ${profile.id} is stored for another target`;
  const other = existing.targets.join(', ');
  if (!terminal.available) throw keepsOther(message, other, profile);
  const before = `${message}:\n\n  stored  ${other}\n  now     ${formatTarget(profile.target)}\n`;
  const answer = await terminal.ask('Forget the stored one? Type yes: ', { before });
  if (answer.trim().toLowerCase() !== 'yes') throw keepsOther(message, other, profile);
}

function keepsOther(message: string, other: string, { name }: Profile): DbcredsError {
  return new DbcredsError('BINDING_CHANGED', {
    kind: 'refused',
    message,
    facts: [['stored', other]],
    note: 'Nothing was changed.',
    hints: [['delete that one first:', `dbcreds remove ${name}`]],
  });
}

/** Asks for a profile's password, hidden. Shows where it will be sent: the file may be somebody else's. */
async function askPassword(
  { terminal }: Stage,
  profile: Profile,
  user: string | undefined,
  replaces: boolean,
): Promise<Secret> {
  const { id, name, target } = profile;
  if (!terminal.available)
    throw new DbcredsError('NO_TERMINAL', {
      kind: 'refused',
      message: `there is no terminal to ask for the password of ${id} on`,
      hints: [
        ['from a pipe:', `dbcreds ${replaces ? 'update' : 'add'} ${name} --password-stdin`],
        ['or a whole URL:', `dbcreds ${replaces ? 'update' : 'add'} ${name} --url-stdin`],
      ],
    });
  const before = [
    replaces
      ? `A password of ${id} is stored already; the new one will take its place.`
      : `No password is stored for ${id} yet.`,
    ...destination(profile),
  ];
  const question = `Password of ${showTarget({ ...target, user: user ?? target.user })} (hidden): `;
  return new Secret(await terminal.ask(question, { hidden: true, before: before.map(oneLine).join('\n') }));
}

/** How a password will be sent, in sentences. Its target stands in the question. */
export function destination({ target, dial, tunnelled, tls }: Profile): string[] {
  return [
    ...(tunnelled ? [`It dials ${urlHost(dial.host)}:${dial.port} for ${target.host}.`] : []),
    `TLS: ${tls.mode}${tls.ca ? `, with the CA ${tls.ca}` : ''}.`,
  ];
}

function judgePassword({ terminal }: Stage, profile: Profile, password: Secret): void {
  if (password.isEmpty)
    throw new DbcredsError('NO_CREDENTIAL', { message: 'the password is empty: nothing was stored' });
  const found = weaknesses(password, profile);
  if (found.length > 0) terminal.say(`dbcreds: warning: the password ${found.join(', and ')}`);
}

/** The dates that are known count; else the age begins now. */
function slotOf({ expires }: Profile, password: Secret, { dates, user }: EnrolOptions, now: number): Slot {
  const { setAt = now, expiresAt } = dates ?? {};
  const bounds = [expiresAt, typeof expires === 'number' ? setAt + expires : undefined];
  const known = bounds.filter((bound) => bound !== undefined);
  return {
    password,
    setAt,
    ...(known.length > 0 ? { expiresAt: Math.min(...known) } : {}),
    ...(user === undefined ? {} : { user }),
  };
}

/**
 * A password for the same target takes the place of the current one. What the server may still take is kept: the current one
 * as the previous; one that a rotation left waiting; and one that the server is to discard, until it has.
 *
 * @param works whether the server has taken the new one
 */
function recordOf(profile: Profile, current: Slot, existing: Record | undefined, works: boolean): Record {
  const own = formatTarget(profile.target);
  const same = existing?.targets.includes(own) ? existing : undefined;
  return {
    targets: same?.targets ?? [own],
    production: profile.production,
    current,
    ...(same && keptOf(same, current.password, works)),
    ...(same?.unpushed ? { unpushed: same.unpushed } : {}),
    revision: (existing?.revision ?? 0) + 1,
  };
}

function keptOf(
  { current, pending, previous, discardAt }: Record,
  password: Secret,
  works: boolean,
): Partial<Record> {
  const again = (slot: Slot): boolean => slot.password.equals(password);
  if (pending && works) return { previous: again(pending) ? current : pending };
  if (pending) return { pending, previous: current };
  if (previous && discardAt !== undefined) return { previous, discardAt };
  if (again(current)) return previous ? { previous } : {};
  return { previous: current };
}
