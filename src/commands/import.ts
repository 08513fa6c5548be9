import { relative } from 'node:path';
import { DbcredsError, formatError, shellWord } from '../errors.ts';
import { loadFiles } from '../profiles/files.ts';
import { showTarget } from '../profiles/target.ts';
import { columns } from './columns.ts';
import type { Action, Options, Stage } from './command.ts';
import { elsewhere } from './elsewhere.ts';
import { homeOf, reached } from './home.ts';
import { type Candidate, named } from './import/candidate.ts';
import { candidatesOf, type EnvFile, isEncrypted, piped, readEnvFile, usualFiles } from './import/files.ts';
import { gitState } from './import/git.ts';
import { scrub, tellCopies } from './import/scrub.ts';
import { type Import, isKept, storeOne } from './import/store.ts';
import { flag, text, usage } from './options.ts';

/** `dbcreds import`: moves passwords out of `.env` files, or of the Python tool of the same name. */
export const importPasswords: Action = async (stage, words, options) => {
  if (words.includes(piped) && flag(options, 'scrub')) throw usage('--scrub changes files, and - is a pipe');
  const { files, found } = flag(options, 'fromPython')
    ? { files: [], found: await fromPython(stage, words, options) }
    : fromFiles(stage, words);
  const global = flag(options, 'global') || flag(options, 'fromPython');
  const home = homeOf(stage, loadFiles(stage.context), global);
  const candidates = proposed(stage, found, options, home.project !== undefined);
  if (candidates.length === 0) {
    stage.terminal.say('dbcreds: no database password was found');
    return 0;
  }
  show(stage, candidates);
  if (home.project === undefined && !global)
    stage.terminal.say(
      `dbcreds: no dbcreds.json is in force here: they go into your own ${home.path}\n\n  for a project, make one first:  dbcreds init\n`,
    );
  if (flag(options, 'dryRun')) return 0;
  const one: Import = { stage, options, home };
  await assertReached(one, candidates);
  const wanted = await chosen(stage, candidates, options);
  const imported = await storeAll(one, wanted);
  const clean = await cleaned(one, files, imported);
  await tell(stage, files, imported);
  if (imported.length > 0 && files.length > 0 && !flag(options, 'scrub') && !words.includes(piped))
    stage.terminal.say('  take it out of the file:  dbcreds import --scrub');
  return imported.length === wanted.length && clean ? 0 : 1;
};

/** Before anything is asked: one answers for all. */
async function assertReached({ stage, home, options }: Import, [first]: readonly Candidate[]): Promise<void> {
  try {
    await reached(stage, home, first?.name ?? '', text(options, 'provider'));
  } catch (error) {
    throw elsewhere(error, `dbcreds import${flag(options, 'fromPython') ? ' --from-python' : ''}`);
  }
}

function fromFiles(stage: Stage, words: readonly string[]): { files: EnvFile[]; found: Candidate[] } {
  const { context, terminal } = stage;
  const names = words.length > 0 ? [...new Set(words)] : usualFiles(context);
  if (names.length === 0) terminal.say(`dbcreds: there is no .env file in ${context.cwd}`);
  const files = names.map((name) => readEnvFile(context, name));
  for (const { path } of files.filter(isEncrypted))
    terminal.say(
      `dbcreds: ${relative(context.cwd, path)} has encrypted values; decrypted, they come through a pipe:\n\n  dotenvx decrypt -f ${shellWord(relative(context.cwd, path))} --stdout | dbcreds import -\n`,
    );
  for (const { path, findings } of files)
    for (const { variable, why } of findings.unclear)
      terminal.say(`dbcreds: left out: ${variable} of ${relative(context.cwd, path)}: ${why}`);
  return { files, found: candidatesOf(context, files) };
}

async function fromPython(stage: Stage, words: readonly string[], options: Options): Promise<Candidate[]> {
  if (words.length > 0) throw usage('--from-python reads no .env file');
  if (flag(options, 'scrub'))
    throw usage('--scrub is for .env files: what the Python tool has stays where it is');
  return (await import('./import/python.ts')).pythonCandidates(stage);
}

function proposed(
  stage: Stage,
  found: readonly Candidate[],
  options: Options,
  inProject: boolean,
): Candidate[] {
  const as = text(options, 'as');
  if (as === undefined) return named(found, loadFiles(stage.context), inProject);
  if (found.length > 1)
    throw usage(`--as gives one a name, and ${found.length} were found`, [
      ['see them:', 'dbcreds import --dry-run'],
      ['name the file:', 'dbcreds import .env --as NAME'],
    ]);
  return found.map((candidate) => ({ ...candidate, name: as }));
}

function show({ terminal }: Stage, candidates: readonly Candidate[]): void {
  const rows = candidates.map(({ name, production, target, from }) => [
    `  ${name}${production ? ' !' : ''}`,
    showTarget(target),
    from,
  ]);
  terminal.say(`dbcreds: found (! is production)\n\n${columns([['  PROFILE', 'TARGET', 'IN'], ...rows])}`);
}

/** On a terminal each name can be changed, and each one left out. */
async function chosen(stage: Stage, all: readonly Candidate[], options: Options): Promise<Candidate[]> {
  if (!stage.terminal.available || options.as !== undefined) return [...all];
  const wanted: Candidate[] = [];
  for (const candidate of all) {
    const question = `Profile for ${showTarget(candidate.target)} (- leaves it out) [${candidate.name}]: `;
    const answer = (await stage.terminal.ask(question)).trim();
    if (answer !== '-') wanted.push({ ...candidate, name: answer || candidate.name });
  }
  return wanted;
}

/** One that fails stops no other. @returns those that are stored */
async function storeAll(one: Import, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const imported: Candidate[] = [];
  for (const candidate of candidates) {
    try {
      await storeOne(one, candidate);
      imported.push(candidate);
    } catch (error) {
      if (!(error instanceof DbcredsError) || error.code === 'INTERRUPTED') throw error;
      one.stage.terminal.say(`dbcreds: one was not imported: ${candidate.from}\n\n${formatError(error)}\n`);
    }
  }
  return imported;
}

/** @returns whether all that was to be taken out of the files is gone */
async function cleaned(
  one: Import,
  files: readonly EnvFile[],
  imported: readonly Candidate[],
): Promise<boolean> {
  if (!flag(one.options, 'scrub')) return true;
  const kept: Candidate[] = [];
  for (const candidate of imported) if (await isKept(one, candidate)) kept.push(candidate);
  const clean = files.map((file) => scrub(one.stage, file, kept));
  tellCopies(one.stage, files, kept);
  return kept.length === imported.length && !clean.includes(false);
}

/** Who else may have the passwords, and what to do next. */
async function tell(stage: Stage, files: readonly EnvFile[], imported: readonly Candidate[]): Promise<void> {
  const [first] = imported;
  if (!first) return;
  for (const { path } of files) {
    const one = imported.find(({ sources }) => sources.some(({ file }) => file === path));
    const state = one && (await gitState(stage.context, path));
    if (!one || !state) continue;
    const knows = state === 'tracked' ? 'tracks' : 'has in its history';
    stage.terminal.say(
      `dbcreds: warning: git ${knows} ${relative(stage.context.cwd, path)}: whoever can read the repository has its passwords\n\n  change it on the server:  dbcreds rotate ${one.name}\n`,
    );
  }
  stage.terminal.say(`\n  run something with it:    dbcreds run --env ${first.name} -- ...`);
}
