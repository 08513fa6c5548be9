import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder of its own, gone when the process ends. Its path is short, for unix sockets, and holds no link. */
export function temporary(name = 't'): string {
  if (made.length === 0) process.once('exit', () => made.forEach(remove));
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `${name}-`));
  made.push(folder);
  return folder;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
