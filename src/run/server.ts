import { type Endpoint, endpointOf, readPems } from '../connect/endpoint.ts';
import { login, type Session } from '../connect/login.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Slot } from '../profiles/record.ts';
import type { SealedFiles } from '../profiles/seal.ts';

/** How long a login may take, in milliseconds. */
const patience = 10_000;

/** Where a profile logs in, with the very files that its seal was made of. */
export function endpointFor(profile: Profile, user: string | undefined, files: SealedFiles): Endpoint {
  const { ca: _, cert: __, ...others } = profile.tls;
  const { key } = readPems(others);
  const { ca, cert } = files;
  const pems = {
    ...(ca ? { ca: ca.toString('utf8') } : {}),
    ...(cert ? { cert: cert.toString('utf8') } : {}),
    ...(key === undefined ? {} : { key }),
  };
  return { ...endpointOf(profile, user, pems), file: profile.file };
}

/** Logs in. @throws DbcredsError with the cause, each told apart */
export function connect(profile: Profile, slot: Slot, files: SealedFiles): Promise<Session> {
  return login(endpointFor(profile, slot.user, files), slot.password, { timeoutMs: patience });
}

/** Logs in and out again. @param defined whether the profile is in its file already @throws DbcredsError with the cause */
export async function tryLogin(
  profile: Profile,
  slot: Slot,
  files: SealedFiles,
  defined = true,
): Promise<void> {
  const { file, ...endpoint } = endpointFor(profile, slot.user, files);
  const to = { ...endpoint, ...(defined && file !== undefined ? { file } : {}) };
  const session = await login(to, slot.password, { timeoutMs: patience });
  await session.close();
}
