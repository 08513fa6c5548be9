import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project: string = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Everything that was downloaded for the tests. May be removed at any time between runs. */
export const cacheFolder: string = resolve(
  process.env.DBCREDS_TEST_CACHE ?? join(project, 'node_modules/.cache/dbcreds-test'),
);

/**
 * A folder of the cache, made once. It is made under another name and then renamed, so that one which was cut off is
 * never used; the second of two makers throws its own away. A failed `make` is tried three times, since it downloads.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder, name);
  for (let tries = 1; !existsSync(folder); tries += 1) {
    mkdirSync(cacheFolder, { recursive: true });
    const draft = mkdtempSync(join(cacheFolder, `${name}.draft-`));
    try {
      await make(draft);
      chmodSync(draft, 0o755);
      renameSync(draft, folder);
    } catch (error) {
      if (tries === 3 && !existsSync(folder)) throw error;
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return folder;
}
