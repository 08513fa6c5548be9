import { win32 } from 'node:path';

type Env = Readonly<Record<string, string>>;

/** The paths at which a command may be, in the order in which they count. */
export function candidatesFor(command: string, env: Env, cwd: string, platform: NodeJS.Platform): string[] {
  if (command === '') return [];
  return platform === 'win32' ? onWindows(command, env, cwd) : onPosix(command, env);
}

/** glibc's, where `PATH` is not set. */
const DEFAULT_PATH = '/bin:/usr/bin';

function onPosix(command: string, env: Env): string[] {
  if (command.includes('/')) return [command];
  return (env.PATH ?? DEFAULT_PATH).split(':').map((folder) => `${folder || '.'}/${command}`);
}

const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD';

/**
 * As PowerShell, and unlike cmd.exe: a bare name is not looked up in the working directory, where a checked-out
 * repository could have put an `npm.cmd` of its own.
 */
function onWindows(command: string, env: Env, cwd: string): string[] {
  const read = (name: string): string | undefined =>
    env[Object.keys(env).find((key) => key.toUpperCase() === name) ?? name];
  const extensions = (read('PATHEXT') || DEFAULT_PATHEXT).split(';').filter(Boolean);
  const isPath = /[\\/]|^[a-z]:/i.test(command);
  const folders = isPath ? [cwd] : (read('PATH') ?? '').split(';').filter(Boolean);
  const names = [...(win32.extname(command) ? [''] : []), ...extensions].map(
    (extension) => command + extension,
  );
  return folders.flatMap((folder) =>
    names.map((name) => win32.resolve(cwd, folder.replaceAll('"', ''), name)),
  );
}
