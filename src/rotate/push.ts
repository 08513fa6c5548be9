import { sha256 } from '../digest.ts';
import { DbcredsError } from '../errors.ts';
import { output } from '../launch/output.ts';
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

/** How long a command may take, in milliseconds, and how long to wait before each further try. */
const patience = 60_000;
const pauses = [1_000, 4_000];

/** What a record remembers a command by: its arguments may be long, and the record may not. */
export function pushName(command: readonly string[]): string {
  return sha256(JSON.stringify(command)).slice(0, 12);
}

/**
 * Gives the current password to every command that has not said yes yet, and forgets each as it does. One that fails stops
 * no other; what is left is in the record, for the next time.
 *
 * @throws DbcredsError `PUSH` where one is left
 */
export async function push(
  rotation: Rotation,
  { commands, env, cwd }: Push,
  record: Record,
): Promise<Record> {
  let current = forgetUnknown(record, commands);
  const failed: DbcredsError[] = [];
  for (const command of commands) {
    const name = pushName(command);
    if (!current.unpushed?.includes(name)) continue;
    rotation.step(`telling ${command[0]}`);
    try {
      await tell(command, current.current.password, { env, cwd });
      current = await without(rotation, current, name);
    } catch (error) {
      if (!(error instanceof DbcredsError)) throw error;
      failed.push(error);
    }
  }
  const [first] = failed;
  if (first) throw first;
  return current;
}

/** A command that is no longer in the profile cannot be asked. */
function forgetUnknown(record: Record, commands: Push['commands']): Record {
  const names = commands.map(pushName);
  return { ...record, unpushed: (record.unpushed ?? []).filter((name) => names.includes(name)) };
}

async function without(rotation: Rotation, record: Record, name: string): Promise<Record> {
  const { unpushed = [], ...rest } = record;
  const left = unpushed.filter((one) => one !== name);
  const next = { ...rest, ...(left.length > 0 ? { unpushed: left } : {}) };
  await rotation.store.set(next, record.revision);
  return { ...next, revision: record.revision + 1 };
}

async function tell(
  [file = '', ...args]: readonly string[],
  password: Secret,
  settings: Omit<Push, 'commands'>,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    const failure = await once(file, args, password, settings);
    if (failure === undefined) return;
    const pause = pauses[tries];
    if (pause === undefined) throw failure;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function once(
  file: string,
  args: readonly string[],
  password: Secret,
  settings: Omit<Push, 'commands'>,
): Promise<DbcredsError | undefined> {
  try {
    const input = password.reveal();
    const { exitCode, stderr } = await output(file, args, { ...settings, input, timeoutMs: patience });
    if (exitCode === 0) return undefined;
    const [said = ''] = stderr.replaceAll(input, '[secret]').trim().split('\n').slice(-1);
    return failure(file, `ended with ${exitCode}`, said);
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    return failure(file, error.message, '');
  }
}

function failure(file: string, how: string, said: string): DbcredsError {
  return new DbcredsError('PUSH', {
    message: `${file}, which should get the new password, ${how}`,
    facts: said ? [['it says', said.slice(0, 300)]] : [],
    note: 'The rotation itself is done. What is left to tell is remembered.',
  });
}
