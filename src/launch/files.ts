import { accessSync, constants, statSync } from 'node:fs';

export type FileState = 'executable' | 'directory' | 'denied' | 'absent';

/** Whether this user may execute the file at an absolute path; on Windows, whether it is there. */
export function stateOf(path: string): FileState {
  try {
    // Most folders of a PATH hold no such file, and an error costs more than the look.
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'absent';
    if (stats.isDirectory()) return 'directory';
    if (!stats.isFile()) return 'denied';
    accessSync(path, constants.X_OK);
    return 'executable';
  } catch (error) {
    // A folder on the way that may not be entered; on the last step, no right to execute, or a mount without it.
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'absent';
  }
}
