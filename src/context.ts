/**
 * What a command may know of the process that it runs in. `process.env` is read where this is made and nowhere else, so
 * that every function can be tried with another environment.
 */
export interface Context {
  readonly env: Environment;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Absolute path of the home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Milliseconds since the epoch, fixed for the whole command. */
  readonly now: number;
  readonly folders: Folders;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Our own folders, by the platform's rules (XDG on Linux). They exist only once something was written there. */
export interface Folders {
  /** `profiles.json` of the user. */
  readonly config: string;
  /** `trust.json`, the keychain's index of names, the encrypted file: survives a clean of the cache. */
  readonly data: string;
  /** Files for clients, content-addressed, without secrets. */
  readonly cache: string;
  /** The log of runs, and what was confirmed lately. */
  readonly state: string;
}
