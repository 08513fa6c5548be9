import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Context } from '../context.ts';
import { sha256 } from '../digest.ts';
import { DbcredsError } from '../errors.ts';
import { readPrivate } from '../files.ts';
import type { Situation } from '../guards/index.ts';
import type { Profile } from '../profiles/profile.ts';
import { showTarget, urlHost } from '../profiles/target.ts';
import { oneLine, statFields, type Terminal } from '../terminal.ts';

const memoryFile = (context: Context): string => join(context.folders.state, 'confirmed.json');

type Memory = Readonly<Record<string, number>>;

/** Whether this terminal session confirmed the profile, with this very seal, within its `confirmFor`. */
export function isRemembered(context: Context, profile: Profile, sealHash: string): boolean {
  const key = memoryKey(profile, sealHash);
  return key !== undefined && profile.confirmFor > 0 && (readMemory(context)[key] ?? 0) > context.now;
}

/** Remembers a confirmation. Expired ones of any profile are dropped on the way. */
export async function remember(context: Context, profile: Profile, sealHash: string): Promise<void> {
  const key = memoryKey(profile, sealHash);
  if (key === undefined || profile.confirmFor === 0) return;
  const { atomicWrite } = await import('../files.ts');
  const fresh = Object.entries(readMemory(context)).filter(([, until]) => until > context.now);
  const memory = { ...Object.fromEntries(fresh), [key]: Date.now() + profile.confirmFor };
  try {
    atomicWrite(memoryFile(context), `${JSON.stringify(memory)}\n`);
  } catch (error) {
    // A home that cannot be written: the question is asked again.
    if (!(error instanceof DbcredsError)) throw error;
  }
}

function readMemory(context: Context): Memory {
  try {
    return (JSON.parse(readPrivate(memoryFile(context))?.toString('utf8') ?? '{}') ?? {}) as Memory;
  } catch {
    // Unreadable means not remembered: the question is asked again.
    return {};
  }
}

/**
 * A terminal session is its leader's pid and start time, from proc(5), since pids come again. Where there is no `/proc` a
 * session cannot be told from the next, and nothing is remembered.
 */
function memoryKey(profile: Profile, sealHash: string): string | undefined {
  try {
    const leader = statFields('self')[3] ?? '0';
    const started = statFields(leader)[19] ?? '';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return sha256(JSON.stringify([boot, leader, started, profile.id, sealHash]));
  } catch {
    return undefined;
  }
}

/** Asks for the profile's name. Shows what it is about: whoever types it knows where the command will go. */
export async function confirmProduction(
  terminal: Terminal,
  { profile }: Situation,
  dialled: Profile,
  command: string,
): Promise<void> {
  const { target, tls, file } = profile;
  const before = [
    `${profile.id} is PRODUCTION.`,
    '',
    `  user      ${target.user}`,
    `  dials     ${urlHost(dialled.dial.host)}:${dialled.dial.port}${dialled.tunnelled ? ` for ${target.host}` : ''}`,
    `  database  ${target.database} (${target.engine})`,
    `  TLS       ${tls.mode}${tls.ca ? `, CA ${tls.ca}` : ''}`,
    `  profile   ${file}`,
    `  command   ${basename(command)}`,
    '',
  ];
  const answer = await terminal.ask(`Type its name, ${profile.name}, to go on: `, {
    before: before.map(oneLine).join('\n'),
  });
  if (answer === profile.name || answer === profile.id) return;
  throw new DbcredsError('CONFIRM', {
    kind: 'refused',
    message: `${profile.name} was not confirmed`,
    facts: [['target', showTarget(target)]],
    note: 'Nothing was started.',
  });
}
