import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporary } from './folders.ts';

/** A person's machine that has never seen us: a home, a folder to work in and one for temporary files, all empty. */
export interface Place {
  /** Holds the three others. */
  readonly folder: string;
  readonly home: string;
  readonly cwd: string;
  readonly tmp: string;
  /** All that a child gets by default. No keychain, no database variable, no trust that this machine adds. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file, with its folders, and gives back its path. A relative one is meant from `cwd`. */
  write(path: string, content: string | object, mode?: number): string;
}

export function newPlace(): Place {
  const folder = temporary('p');
  const [home, cwd, tmp] = ['home', 'home/work', 'tmp'].map((name) => {
    mkdirSync(join(folder, name), { mode: 0o700 });
    return join(folder, name);
  }) as [string, string, string];
  const path = process.env.PATH ?? '/usr/bin:/bin';
  return {
    folder,
    home,
    cwd,
    tmp,
    env: { PATH: path, HOME: home, TMPDIR: tmp, LANG: 'C.UTF-8', TZ: 'UTC' },
    write(name, content, mode) {
      const file = join(name.startsWith('/') ? '' : cwd, name);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
      chmodSync(file, mode ?? 0o644);
      return file;
    },
  };
}
