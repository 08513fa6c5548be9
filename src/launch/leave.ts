/**
 * Ends a process in which a native call is pending that will not return: Node waits for it in `process.exit` and at its
 * natural end alike. Replaced by a shell, the process keeps an exact exit status; without `process.execve` (before Node
 * 22.15) only SIGKILL ends it, which a caller sees as 137.
 */
export function leaveStuck(status: number): void {
  const { execve, platform } = process as {
    execve?: (file: string, args: readonly string[]) => never;
  } & NodeJS.Process;
  if (execve && platform !== 'win32') execve.call(process, '/bin/sh', ['sh', '-c', `exit ${status}`]);
  process.kill(process.pid, 'SIGKILL');
}
