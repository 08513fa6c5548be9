import { closeSync, openSync } from 'node:fs';
import type { AsyncEntry } from '@napi-rs/keyring';

/** The part of the library that is used. */
export interface Binary {
  readonly AsyncEntry: new (...args: ConstructorParameters<typeof AsyncEntry>) => AsyncEntry;
}

const service = 'dbcreds';

/**
 * Loads the platform's binary directly: 1.4 ms, where the package's own `index.js` takes 5.6 to find out which. Strict
 * layouts (pnpm) show it to that package alone, so it is looked up from there too.
 *
 * @throws an Error of Node's where nothing is installed for this platform
 */
export function loadBinary(): Binary {
  const { createRequire } = process.getBuiltinModule('node:module');
  const own = createRequire(import.meta.filename);
  const found = load(own);
  if (found) return found;
  const main = own.resolve('@napi-rs/keyring');
  return load(createRequire(main)) ?? (own(main) as Binary);
}

function load(require: NodeJS.Require): Binary | undefined {
  for (const name of candidates()) {
    try {
      return require(name) as Binary;
    } catch {
      // Not this one: `index.js` has the last word, and its error counts.
    }
  }
  return undefined;
}

const libraries: { readonly [platform: string]: readonly string[] } = {
  linux: ['-gnu', '-musl', '-gnueabihf'],
  win32: ['-msvc'],
};

const candidates = (): string[] =>
  (libraries[process.platform] ?? ['']).map(
    (library) => `@napi-rs/keyring-${process.platform}-${process.arch}${library}`,
  );

/**
 * Opens an entry: on Linux in the Secret Service by name, since the library's default falls back to the kernel's keyring on
 * any error, which is gone at the next boot.
 */
export function openEntry({ AsyncEntry: Entry }: Binary, account: string): AsyncEntry {
  return new Entry(service, account, { linux: { store: 'secret-service' } });
}

/** Descriptors from which unused entries are collected; at 1,024 the library spins for ever. */
const enough = 128;

/**
 * Each entry holds a connection to the bus until it is collected, and a loop that waits for native calls gives the collector
 * no reason to run. The number of a fresh descriptor tells how many are open.
 */
export async function dropOldEntries(): Promise<void> {
  const fd = openSync(process.getBuiltinModule('node:os').devNull, 'r');
  closeSync(fd);
  if (fd < enough) return;
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import('node:v8'),
    import('node:vm'),
  ]);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  // Finalizers run in the next round of the loop.
  await new Promise((resolve) => setImmediate(resolve));
}
