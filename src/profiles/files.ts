import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { DbcredsError, reasonOf } from '../errors.ts';
import type { ProjectFile, UserFile } from './entry.ts';
import { badProfile } from './fail.ts';
import { assertUnshared } from './ownership.ts';
import { validate } from './validate.ts';

/** A profile file that was read; its entries are not checked yet. */
export interface ProfileFile {
  /** Real path: what a place is known by. */
  readonly path: string;
  /** Absent for the user's file. */
  readonly project?: string;
  readonly default?: string;
  readonly entries: Readonly<Record<string, unknown>>;
}

/** The two files in force. */
export interface ProfileFiles {
  readonly project?: ProfileFile;
  readonly user?: ProfileFile;
}

/** Reads both files. @throws DbcredsError `UNSAFE_FILE`, `BAD_PROFILE` */
export function loadFiles(context: Context): ProfileFiles {
  const found = findProject(context);
  const project = found === undefined ? undefined : readProject(found, context);
  const user = readUser(userFile(context), context);
  return { ...(project ? { project } : {}), ...(user ? { user } : {}) };
}

/** Where the user's own profiles are, whether or not the file exists. */
export function userFile(context: Context): string {
  return join(context.folders.config, 'profiles.json');
}

/** The nearest `dbcreds.json` from the working directory upwards, never past the git root or the home folder. */
export function findProject(context: Context): string | undefined {
  const home = existsSync(context.home) ? realpathSync(context.home) : context.home;
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    const file = join(folder, 'dbcreds.json');
    if (isThere(file)) return file;
    if (folder === home || folder === dirname(folder) || existsSync(join(folder, '.git'))) return undefined;
  }
}

/** A link that leads nowhere is there too, and so is what may not be looked at: nothing is skipped by accident. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function readProject(file: string, context: Context): ProfileFile {
  const { path, value } = readJson(file, context);
  const data: ProjectFile = validate('project', withoutList(value, path), path, []);
  return { path, project: data.project, ...common(data) };
}

function readUser(file: string, context: Context): ProfileFile | undefined {
  if (!isThere(file)) return undefined;
  const { path, value } = readJson(file, context);
  return { path, ...common(validate('user', withoutList(value, path), path, [])) };
}

/** To the schema a list is an object whose names are numbers. */
function withoutList(value: unknown, path: string): unknown {
  if (Array.isArray((value as UserFile | null)?.profiles))
    throw badProfile(path, ['profiles'], 'is a list', 'an object: name to profile');
  return value;
}

function common(data: UserFile): Pick<ProfileFile, 'default' | 'entries'> {
  return { entries: data.profiles ?? {}, ...(data.default === undefined ? {} : { default: data.default }) };
}

/** Ten thousand profiles have 3 MB. */
const mostBytes = 16 << 20;

/** Opened once, by the path that it will be known by, so that what was judged is what is read. */
function readJson(file: string, context: Context): { path: string; value: unknown } {
  let fd: number | undefined;
  try {
    const path = realpathSync(file);
    // O_NONBLOCK: opening a FIFO would wait for a writer for ever.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(fd);
    assertUnshared(path, stats, context);
    if (stats.size > mostBytes)
      throw badProfile(path, [], `has ${stats.size >> 20} MiB`, `no more than ${mostBytes >> 20} MiB`);
    return { path, value: parse(readFileSync(fd, 'utf8'), path) };
  } catch (error) {
    if (error instanceof DbcredsError) throw error;
    throw new DbcredsError('BAD_PROFILE', {
      message: `${file} cannot be read (${reasonOf(error)})`,
      facts: [['file', file]],
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // V8 quotes the text around the place in its message, which may be a password: only the place is passed on.
    const at = /position (\d+)/.exec(String(error))?.[1];
    const where = at === undefined ? '' : ` at line ${text.slice(0, Number(at)).split('\n').length}`;
    throw badProfile(path, [], `is not JSON${where}`, 'JSON without comments or trailing commas');
  }
}
