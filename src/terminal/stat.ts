import { readFileSync } from 'node:fs';

/** The fields of `/proc/PID/stat` behind the command's name, which may hold spaces and brackets itself. */
export function statFields(pid: string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
