import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSecret, searchFolders } from '../../test/helpers/leak.ts';

/** Looks at every command line that appears, from the beginning to the end of the session. */
export class ArgumentWatch {
  readonly #secrets: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #seen: Set<string> = new Set();
  readonly #finds: Set<string> = new Set();
  readonly #timer: NodeJS.Timeout;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#known = new Set(processes());
    // A shell's own command lives for milliseconds; Node for fifty at least.
    this.#timer = setInterval(() => this.#look(), 2).unref();
  }

  #look(): void {
    for (const pid of processes()) {
      const line = this.#known.has(pid) ? '' : commandLine(pid);
      if (line === '' || this.#seen.has(line)) continue;
      this.#seen.add(line);
      for (const secret of this.#secrets)
        for (const encoding of findSecret(line, secret)) this.#finds.add(`a command line (${encoding})`);
    }
  }

  /** @returns how many different command lines there were; 0 where the system has no `/proc` */
  stop(): { readonly lines: number; readonly finds: string[] } {
    clearInterval(this.#timer);
    return { lines: this.#seen.size, finds: [...this.#finds] };
  }
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    // It has just ended.
    return '';
  }
}

/**
 * Searches the names and contents of all files below the folders for the secrets in every encoding.
 *
 * @throws where it would not have found a secret that is there
 */
export function searchFiles(folders: readonly string[], secrets: readonly string[]): string[] {
  const [folder = '', [secret = '']] = [folders[0], secrets];
  const bait = join(folder, 'bait');
  writeFileSync(bait, `x${encodeURIComponent(secret)}x`);
  const found = searchFolders(folders, secret).some((find) => find.startsWith(bait));
  rmSync(bait);
  if (!found) throw new Error('the search does not find what is there');
  return secrets.flatMap((one) => searchFolders(folders, one));
}
