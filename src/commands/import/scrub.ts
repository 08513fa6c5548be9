import { dirname, join, relative } from 'node:path';
import { DbcredsError, formatError, shellWord } from '../../errors.ts';
import { atomicWrite, readSmallFile, statOf } from '../../files.ts';
import { linesWith, withoutVariables } from '../../providers/dotenv/scrub.ts';
import type { Stage } from '../command.ts';
import type { Candidate } from './candidate.ts';
import { type EnvFile, namesIn } from './files.ts';

/** Takes the lines that were imported out of their file. What fails with one file stops no other. @returns whether all are gone */
export function scrub(stage: Stage, file: EnvFile, imported: readonly Candidate[]): boolean {
  try {
    return takeOut(stage, file, imported);
  } catch (error) {
    if (!(error instanceof DbcredsError)) throw error;
    stage.terminal.say(`${formatError(untouched(error, file))}\n`);
    return false;
  }
}

function untouched({ code, message }: DbcredsError, { path }: EnvFile): DbcredsError {
  return new DbcredsError(code, {
    message,
    note: 'Nothing was taken out of it. The passwords are stored.',
    hints: [['once that is mended:', `dbcreds import ${shellWord(path)} --scrub`]],
  });
}

/** Leaves the old content nowhere. */
function takeOut({ context, terminal }: Stage, file: EnvFile, imported: readonly Candidate[]): boolean {
  const names = imported.flatMap(({ sources }) =>
    sources.filter((source) => source.file === file.path).flatMap(({ variables }) => variables),
  );
  if (names.length === 0) return true;
  assertAsRead(file);
  const { content, gone, kept } = withoutVariables(file.content, names);
  // The temporary file on the way holds the new content alone.
  if (gone.length > 0) atomicWrite(file.path, content, (statOf(file.path)?.mode ?? 0o600) & 0o777);
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
  const again = (why: string): DbcredsError => new DbcredsError('CONFLICT', { message: `${path} ${why}` });
  if ((statOf(path)?.nlink ?? 0) > 1)
    throw again('has a second name (a hard link), which would keep the old content');
  if (readIfAny(path)?.equals(content) !== true) throw again('was changed meanwhile');
}

/** Says where passwords that were imported still stand: in comments, in copies of the file. */
export function tellCopies(stage: Stage, files: readonly EnvFile[], imported: readonly Candidate[]): void {
  const folders = new Set(files.map(({ path }) => dirname(path)));
  for (const path of [...folders].flatMap(envFilesIn)) {
    const content = readIfAny(path);
    if (content === undefined) continue;
    const lines = new Set(imported.flatMap(({ password }) => linesWith(content, password)));
    if (lines.size === 0) continue;
    const where = `${relative(stage.context.cwd, path)}, line ${[...lines].sort((a, b) => a - b).join(', ')}`;
    stage.terminal.say(`dbcreds: warning: a password that was imported still stands in ${where}`);
  }
}

/** Copies too: `.env.bak`, `.env~`. */
function envFilesIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => /^\.{1,2}env|\.env$/.test(name))
    .map((name) => join(folder, name));
}

/** What cannot be read, or is too large for one, is passed by. */
function readIfAny(path: string): Buffer | undefined {
  try {
    return readSmallFile(path, (why) => new DbcredsError('FILE_ACCESS', { message: why }), 1 << 20);
  } catch {
    return undefined;
  }
}
