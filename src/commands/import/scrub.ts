import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DbcredsError, shellWord } from '../../errors.ts';
import { atomicWrite } from '../../files.ts';
import { linesWith, withoutVariables } from '../../providers/dotenv/scrub.ts';
import type { Stage } from '../command.ts';
import type { Candidate } from './candidate.ts';
import type { EnvFile } from './files.ts';

/** Takes the lines that were imported out of their file, and leaves the old content nowhere. @returns whether all are gone */
export function scrub({ context, terminal }: Stage, file: EnvFile, imported: readonly Candidate[]): boolean {
  const names = imported.flatMap(({ sources }) =>
    sources.filter((source) => source.file === file.path).flatMap(({ variables }) => variables),
  );
  if (names.length === 0) return true;
  assertAsRead(file);
  const { content, gone, kept } = withoutVariables(file.content, names);
  // The temporary file on the way holds the new content alone.
  if (gone.length > 0) atomicWrite(file.path, content, statSync(file.path).mode & 0o777);
  const short = relative(context.cwd, file.path);
  if (gone.length > 0) terminal.say(`dbcreds: taken out of ${short}: ${gone.join(', ')}`);
  if (kept.length > 0)
    terminal.say(
      `dbcreds: warning: left in ${short}: ${kept.join(', ')}, since more than the imported lines would change`,
    );
  return kept.length === 0;
}

/** Somebody may have written to it while passwords were tried. */
function assertAsRead({ path, content }: EnvFile): void {
  const again = (why: string): DbcredsError =>
    new DbcredsError('CONFLICT', {
      message: `${path} ${why}`,
      note: 'Nothing was taken out of it. The passwords are stored.',
      hints: [['once that is mended:', `dbcreds import ${shellWord(path)} --scrub`]],
    });
  if (statSync(path).nlink > 1)
    throw again('has a second name (a hard link), which would keep the old content');
  if (!readFileSync(path).equals(content)) throw again('was changed meanwhile');
}

/** Says where passwords that were imported still stand: in comments, in copies of the file. */
export function tellCopies(stage: Stage, files: readonly EnvFile[], imported: readonly Candidate[]): void {
  const folders = new Set(files.map(({ path }) => dirname(path)));
  for (const path of [...folders].flatMap(envFilesIn)) {
    const content = readFileSync(path);
    const lines = new Set(imported.flatMap(({ password }) => linesWith(content, password)));
    if (lines.size === 0) continue;
    const where = `${relative(stage.context.cwd, path)}, line ${[...lines].sort((a, b) => a - b).join(', ')}`;
    stage.terminal.say(`dbcreds: warning: a password that was imported still stands in ${where}`);
  }
}

/** Copies too: `.env.bak`, `.env~`. What cannot be read is passed by. */
function envFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\.{1,2}env|\.env$/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() === true && stats.size <= 1 << 20;
    });
}
