import { DbcredsError } from '../../errors.ts';
import { loadFiles, type ProfileFiles } from '../../profiles/files.ts';
import { listNames } from '../../profiles/names.ts';
import type { Profile } from '../../profiles/profile.ts';
import { resolveProfile } from '../../profiles/resolve.ts';
import type { Stage } from '../command.ts';
import { fromError, type Remark } from './remark.ts';

/** What the profile files say: those profiles that can be used, and what is wrong with the others. */
export interface Known {
  readonly files: ProfileFiles;
  readonly profiles: readonly Profile[];
  readonly faults: readonly Remark[];
}

/** Reads the profile files. A fault hides nothing but the profile or file that has it. */
export function knownTo({ context }: Stage): Known {
  const faults: Remark[] = [];
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DbcredsError)) throw error;
      faults.push(fromError(error));
      return otherwise;
    }
  };
  const files = attempt(() => loadFiles(context), {});
  const profiles = attempt(() => listNames(files), []).flatMap(({ name }) =>
    attempt(() => [resolveProfile(files, name)], []),
  );
  return { files, profiles, faults };
}
