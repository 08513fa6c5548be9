import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';

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
  /** To be called when a command has got all that it waits for: just before this process is replaced, or after a spawn. */
  readonly leaving?: () => void;
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

/**
 * Our folders: https://specifications.freedesktop.org/basedir-spec on Linux and the BSDs, where a relative path in a variable
 * does not count; `Library` on macOS; the two AppData on Windows.
 *
 * @param home absolute path
 */
export function foldersOf(platform: NodeJS.Platform, env: Environment, home: string): Folders {
  const named = (variable: string, ...usual: string[]): string => {
    const value = env[variable];
    return value && isAbsolute(value) ? value : join(home, ...usual);
  };
  if (platform === 'darwin') return libraryOf(join(home, 'Library'));
  if (platform === 'win32')
    return {
      config: join(named('APPDATA', 'AppData', 'Roaming'), 'dbcreds', 'Config'),
      data: join(named('LOCALAPPDATA', 'AppData', 'Local'), 'dbcreds', 'Data'),
      cache: join(named('LOCALAPPDATA', 'AppData', 'Local'), 'dbcreds', 'Cache'),
      state: join(named('LOCALAPPDATA', 'AppData', 'Local'), 'dbcreds', 'Log'),
    };
  return {
    config: join(named('XDG_CONFIG_HOME', '.config'), 'dbcreds'),
    data: join(named('XDG_DATA_HOME', '.local', 'share'), 'dbcreds'),
    cache: join(named('XDG_CACHE_HOME', '.cache'), 'dbcreds'),
    state: join(named('XDG_STATE_HOME', '.local', 'state'), 'dbcreds'),
  };
}

const libraryOf = (library: string): Folders => ({
  config: join(library, 'Preferences', 'dbcreds'),
  data: join(library, 'Application Support', 'dbcreds'),
  cache: join(library, 'Caches', 'dbcreds'),
  state: join(library, 'Logs', 'dbcreds'),
});

/** What this process has around it, as it is now. @param env `process.env`, or a copy of it */
export function contextOf(env: Environment, cwd: string = workingFolder()): Context {
  const home = homeOf(env);
  return {
    env,
    cwd,
    home,
    platform: process.platform,
    now: Date.now(),
    folders: foldersOf(process.platform, env, home),
  };
}

/**
 * `HOME` where it is an absolute path: an empty or relative one would make a folder of somebody's repository one's own. One
 * that may not be entered is another user's, left over by what changed the user (`su`, `setpriv`, an image's `USER`).
 * A container's user of a bare number has none, and needs none for what comes from the environment.
 */
function homeOf({ HOME, USERPROFILE }: Environment): string {
  const stated = process.platform === 'win32' ? USERPROFILE : HOME;
  // Loaded where it is asked: hardly anybody's environment has no HOME.
  const os = (): typeof import('node:os') => process.getBuiltinModule('node:os');
  for (const find of [() => stated ?? '', () => os().homedir(), () => os().userInfo().homedir]) {
    try {
      const home = find();
      if (isAbsolute(home) && mayEnter(home)) return home;
    } catch {
      // Neither `HOME` nor a line in the list of users.
    }
  }
  return '/nonexistent';
}

function mayEnter(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EACCES';
  }
}

/** Empty where it was deleted. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}
