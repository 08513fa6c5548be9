import { createHmac, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { DbcredsError } from '../../errors.ts';
import { output } from '../../launch/output.ts';
import { namedAs } from '../names.ts';
import type { Ref } from '../provider.ts';

/** What `readback.ts` is asked on its stdin. */
export interface Question {
  readonly account: string;
  /** Random, hexadecimal: its answer is of no use to anybody else. */
  readonly nonce: string;
}

/** What it prints: proof of the entry's text, not the text. */
export function answerTo({ nonce }: Question, text: string): string {
  return createHmac('sha256', Buffer.from(nonce, 'hex')).update(text).digest('hex');
}

/** All that a process needs to find the keychain of its user. */
const needed = [
  ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'HOME', 'USER', 'PATH', 'LANG'],
  ['SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP'],
].flat();

/**
 * Has a second process read the entry: what only the writer can see (a private session's keychain, an access list that is
 * bound to one program) is not stored.
 *
 * @throws DbcredsError `READ_BACK`
 */
export async function verifyEntry(context: Context, ref: Ref, text: string): Promise<void> {
  const question: Question = { account: ref.id, nonce: randomBytes(32).toString('hex') };
  const { stdout, exitCode } = await output(process.execPath, readbackArguments(), {
    env: Object.fromEntries(
      needed
        .map((name) => [name, context.env[name]])
        .filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    input: JSON.stringify(question),
    timeoutMs: 15_000,
  });
  if (exitCode === 0 && stdout === answerTo(question, text)) return;
  throw new DbcredsError('READ_BACK', {
    message: 'the keychain took the password, but another process cannot read it back',
    facts: [
      ['entry', ref.id],
      ['the other process', exitCode === 0 ? 'read another text' : `ended with status ${exitCode}`],
    ],
    hints: [['keep it in an encrypted file:', `dbcreds add ${namedAs(ref.id)} --provider file`]],
  });
}

/** `dist/providers-keychain-readback.cjs`; run from its source, the same Node options are needed that run us. */
function readbackArguments(): string[] {
  const here = import.meta.filename;
  if (here.endsWith('.ts')) return [...process.execArgv, join(dirname(here), 'readback.ts')];
  return [join(dirname(here), 'providers-keychain-readback.cjs')];
}
