import { generateIdentity } from 'age-encryption';
import type { Place } from '../../test/helpers/place.ts';
import { find } from '../../test/services/commands.ts';
import { Keychain } from '../../test/services/keychain.ts';

export type StoreName = 'keychain' | 'file';

/** Where the demonstration keeps its passwords. */
export interface Store {
  readonly name: StoreName;
  /** In a sentence behind "in". */
  readonly words: string;
  /** What a command needs in order to get at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders outside of the place that hold what is stored. */
  readonly folders: readonly string[];
  close(): Promise<void>;
}

/**
 * The keychain of a session of its own, where its programs are installed; else an encrypted file. The keychain of the
 * person who watches is never touched.
 *
 * @param wanted takes one and not the other. @throws where the keychain is wanted and cannot be had
 */
export async function openStore(place: Place, wanted: StoreName | undefined): Promise<Store> {
  if (wanted === 'file') return ageFile(place, 'as was asked for');
  const programs = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'] as const;
  const missing = process.platform === 'linux' ? programs.filter((name) => !find(name)) : programs;
  try {
    if (missing.length > 0) throw new Error(`not here: ${missing.join(', ')}`);
    return await keychain(Object.fromEntries(programs.map((name) => [name, find(name) ?? name])));
  } catch (error) {
    if (wanted === 'keychain') throw error;
    return ageFile(place, 'since there is no keychain for a session of its own');
  }
}

async function keychain(programs: Readonly<Record<string, string>>): Promise<Store> {
  const opened = await Keychain.open('unlocked', programs);
  return {
    name: 'keychain',
    words: 'the keychain of a private session (Secret Service: gnome-keyring)',
    env: opened.env,
    folders: [opened.folder],
    close: () => opened.close(),
  };
}

async function ageFile(place: Place, why: string): Promise<Store> {
  const key = place.write(`${place.home}/.config/age/key.txt`, `${await generateIdentity()}\n`, 0o600);
  return {
    name: 'file',
    words: `a file encrypted with age, its key made just now (${why})`,
    env: { DBCREDS_AGE_KEY_FILE: key },
    folders: [],
    close: async () => {},
  };
}
