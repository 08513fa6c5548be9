import { DbcredsError } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { sealOf } from '../profiles/seal.ts';
import { weaknesses } from '../profiles/strength.ts';
import { formatTarget, showTarget } from '../profiles/target.ts';
import type { Provider } from '../providers/provider.ts';
import { Secret } from '../secret.ts';
import { allowPlace } from './allow.ts';
import { sealedFiles } from './files.ts';
import { refOf } from './hold.ts';
import { journal } from './journal.ts';
import type { Scene } from './request.ts';
import { tryLogin } from './server.ts';

export interface EnrolOptions {
  /** Absent: asked for on the terminal. */
  readonly password?: Secret;
  /** Whether to log in first, so that only a password that works is stored. */
  readonly test?: boolean;
}

/**
 * Stores a profile's password: asks for it, logs in, writes the record, allows this place to use it.
 *
 * @throws DbcredsError where the login fails; then nothing was stored
 */
export async function enrol(
  scene: Pick<Scene, 'context' | 'terminal'>,
  profile: Profile,
  provider: Provider,
  options: EnrolOptions,
): Promise<Record> {
  const { context, terminal } = scene;
  const password = options.password ?? (await askPassword(scene, profile));
  if (password.reveal() === '')
    throw new DbcredsError('NO_CREDENTIAL', { message: 'the password is empty: nothing was stored' });
  for (const weakness of weaknesses(password, profile))
    terminal.say(`dbcreds: warning: the password ${weakness}`);
  const ref = refOf(profile);
  const existing = await provider.get(ref);
  const record = recordOf(profile, password, existing, context.now);
  if (options.test !== false) await tryLogin(profile, record.current);
  await provider.set(ref, record, existing?.revision);
  await allowPlace(context, profile.id, profile.file, sealOf(profile, sealedFiles(profile)));
  journal(scene, profile, { event: 'add', outcome: 'done', provider: provider.name });
  return record;
}

/** Asks for a profile's password, hidden. */
export async function askPassword(
  { terminal }: Pick<Scene, 'terminal'>,
  { id, target }: Profile,
): Promise<Secret> {
  const question = `Password of ${showTarget(target)} (hidden): `;
  return new Secret(
    await terminal.ask(question, { hidden: true, before: `No password is stored for ${id} yet.` }),
  );
}

function recordOf(profile: Profile, password: Secret, existing: Record | undefined, now: number): Record {
  const { target, production, expires } = profile;
  const own = formatTarget(target);
  return {
    targets: [own, ...(existing?.targets ?? []).filter((other) => other !== own)],
    production,
    current: { password, setAt: now, ...(typeof expires === 'number' ? { expiresAt: now + expires } : {}) },
    ...(existing ? { previous: existing.current } : {}),
    revision: (existing?.revision ?? 0) + 1,
  };
}
