import { sha256 } from '../digest.ts';
import { DbcredsError, type Fact } from '../errors.ts';
import { output } from '../launch/output.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import type { Secret } from '../secret.ts';
import type { Rotation } from './rotation.ts';

/** Commands that get a new password on stdin. */
export interface Push {
  /** A command and its arguments each. */
  readonly commands: readonly (readonly string[])[];
  readonly env: Readonly<{ [name: string]: string }>;
  readonly cwd: string;
}

/** How long a command may take, in milliseconds. */
const patience = 60_000;

/** How long to wait before each round, in milliseconds. */
const pauses = [0, 1_000, 4_000];

/** What a record remembers a command by: its arguments may be long, and the record may not. */
export function pushName(command: readonly string[]): string {
  return sha256(JSON.stringify(command)).slice(0, 12);
}

/**
 * Gives the current password to every command that has not said yes yet, and forgets each as it does. Those that fail are
 * told again once all were told: one that fails stops no other. What is left is in the record, for the next time.
 *
 * @throws DbcredsError `PUSH` where one is left
 */
export async function push(rotation: Rotation, pushes: Push, record: Record): Promise<Record> {
  let round: Round = { record: await stillKnown(rotation, record, pushes.commands), failed: [] };
  for (const pause of pauses) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    round = await tellAll(rotation, pushes, round.record);
    if (round.failed.length === 0) return round.record;
  }
  throw together(rotation.profile, round.failed);
}

interface Round {
  readonly record: Record;
  readonly failed: readonly DbcredsError[];
}

async function tellAll(rotation: Rotation, pushes: Push, record: Record): Promise<Round> {
  let current = record;
  const failed: DbcredsError[] = [];
  for (const command of pushes.commands) {
    const name = pushName(command);
    if (!current.unpushed?.includes(name)) continue;
    rotation.step(`telling ${command[0]}`);
    try {
      await tell(command, current.current.password, pushes);
      current = await without(rotation, current, name);
    } catch (error) {
      if (!(error instanceof DbcredsError)) throw error;
      failed.push(error);
    }
  }
  return { record: current, failed };
}

/**
 * A command that is no longer in the profile cannot be asked, and is forgotten. Where it was mended instead, the profile does
 * not say which one took its place: all are told then, since the same password once more does no harm.
 */
async function stillKnown(rotation: Rotation, record: Record, commands: Push['commands']): Promise<Record> {
  const names = commands.map(pushName);
  const { unpushed = [] } = record;
  return unpushed.every((name) => names.includes(name)) ? record : remember(rotation, record, names);
}

function without(rotation: Rotation, record: Record, name: string): Promise<Record> {
  const left = record.unpushed?.filter((one) => one !== name) ?? [];
  return remember(rotation, record, left);
}

/** Writes down who is still to be told. */
async function remember(rotation: Rotation, record: Record, names: readonly string[]): Promise<Record> {
  const { unpushed: _, ...rest } = record;
  const next = { ...rest, ...(names.length > 0 ? { unpushed: names } : {}) };
  await rotation.store.set(next, record.revision);
  return { ...next, revision: record.revision + 1 };
}

/** One error that says all that failed. */
function together({ name }: Profile, failed: readonly DbcredsError[]): DbcredsError {
  const [first, ...others] = failed as [DbcredsError, ...DbcredsError[]];
  return new DbcredsError(first.code, {
    message: first.message,
    facts: [...first.facts, ...others.flatMap((error): Fact[] => [['also', error.message], ...error.facts])],
    note: 'The rotation itself is done: the new password holds and is stored. Whom it is left to tell is remembered.',
    hints: [['tell them again:', `dbcreds rotate ${name} --finish`]],
  });
}

/** @throws DbcredsError `PUSH` where it does not say yes */
async function tell(
  [file = '', ...args]: readonly string[],
  password: Secret,
  { env, cwd }: Push,
): Promise<void> {
  const input = password.reveal();
  const { exitCode, stderr } = await output(file, args, { env, cwd, input, timeoutMs: patience }).catch(
    (error) => {
      throw error instanceof DbcredsError ? failure(file, error.message, '') : error;
    },
  );
  if (exitCode !== 0) throw failure(file, `ended with ${exitCode}`, lastWords(stderr, input));
}

/** The last line of what a command says, without the password. One that holds it in another form is not shown at all. */
function lastWords(stderr: string, password: string): string {
  const bytes = Buffer.from(password);
  const [said = ''] = stderr.replaceAll(password, '[secret]').trim().split('\n').slice(-1);
  const plain = said.toLowerCase();
  return disguises(bytes).some((form) => plain.includes(form.toLowerCase())) ? '' : said.slice(0, 300);
}

/** Hex, and base64 at each of its three offsets, without the characters at the ends that neighbours change. */
function disguises(bytes: Buffer): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(Math.ceil((offset * 4) / 3), -1),
  );
  return [bytes.toString('hex'), ...base64];
}

function failure(file: string, how: string, said: string): DbcredsError {
  return new DbcredsError('PUSH', {
    message: `${file}, which should get the new password, ${how}`,
    facts: said ? [['it says', said]] : [],
  });
}
