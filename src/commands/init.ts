import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Context } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import { findProject } from '../profiles/files.ts';
import type { Action, Options, Stage } from './command.ts';
import { candidatesOf, readEnvFile, usualFiles } from './import/files.ts';
import { text, usage } from './options.ts';

/** `dbcreds init`: a `dbcreds.json` for the working folder. */
export const init: Action = async (stage, _, options) => {
  const { context, terminal } = stage;
  const file = join(context.cwd, 'dbcreds.json');
  if (lstatSync(file, { throwIfNoEntry: false })) throw thereAlready(file);
  const above = findProject(context);
  const project = await projectName(stage, options);
  const schema = schemaOf(context.cwd);
  create(file, { $schema: schema.path, project, profiles: {} });
  terminal.say(`dbcreds: ${file} is made, for the project ${project}; commit it with the code`);
  terminal.say(`dbcreds: its schema, for editors: ${schema.path} (${schema.why})`);
  if (above) terminal.say(`dbcreds: from here on it takes the place of ${above}`);
  const found = countOf(stage);
  if (found > 0 && (await agrees(stage, found)))
    return (await import('./import.ts')).importPasswords(stage, [], optionsFor(options));
  terminal.say(`\n${next(found)}`);
  return 0;
};

function optionsFor({ provider, test }: Options): Options {
  return { ...(provider === undefined ? {} : { provider }), ...(test === undefined ? {} : { test }) };
}

function next(found: number): string {
  const moves = found > 0 ? ['  move the passwords out of .env:  dbcreds import'] : [];
  return [
    '  add a database:                  dbcreds add dev',
    ...moves,
    '  what a colleague types:          dbcreds setup',
  ].join('\n');
}

/** `--project`, what somebody types, or the name of the package or the folder. @throws DbcredsError `USAGE` */
async function projectName({ context, terminal }: Stage, options: Options): Promise<string> {
  const given = text(options, 'project');
  const usual = nameOf(context.cwd);
  if (given === undefined && !terminal.available) return usual;
  const question = `Name of the project, a part of the name of each stored password [${usual}]: `;
  const name = given ?? ((await terminal.ask(question)).trim() || usual);
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name)) return name;
  throw usage('a project has a name of lower-case letters, digits, "_" and "-"', [
    ['such as:', `dbcreds init --project ${asProject(name) || usual}`],
  ]);
}

function nameOf(folder: string): string {
  return asProject(packageName(folder)) || asProject(basename(folder)) || 'app';
}

/** `@company/Web Shop` -> `web-shop`. */
function asProject(name: string): string {
  return name
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .slice(0, 60);
}

function packageName(folder: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    // None, or none of ours to judge.
    return '';
  }
}

/** Where an editor finds the schema: relative, so that it holds for everybody who has the code. */
function schemaOf(cwd: string): { path: string; why: string } {
  const local = 'node_modules/dbcreds/schema.json';
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = relative(cwd, join(folder, local)).replaceAll('\\', '/');
    if (existsSync(join(folder, local)))
      return { path: path.startsWith('.') ? path : `./${path}`, why: 'as it is installed here' };
    if (folder === dirname(folder) || existsSync(join(folder, '.git'))) break;
  }
  return existsSync(join(cwd, 'package.json'))
    ? { path: `./${local}`, why: 'once dbcreds is installed here: npm install --save-dev dbcreds' }
    : {
        path: 'https://unpkg.com/dbcreds/schema.json',
        why: 'the published one: there is no package.json here',
      };
}

/** In one step, so that nobody else's is overwritten. */
function create(file: string, content: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw thereAlready(file);
    throw new DbcredsError('FILE_ACCESS', { message: `${file} cannot be written (${code})` });
  }
}

function thereAlready(file: string): DbcredsError {
  return usage(`${file} is there already, and is left as it is`, [
    ['store the passwords that you lack:', 'dbcreds setup'],
    ['add a database:', 'dbcreds add NAME'],
  ]);
}

/** How many passwords the `.env` files here have. One that cannot be read is left to `import`. */
function countOf({ context }: { readonly context: Context }): number {
  try {
    const files = usualFiles(context).map((name) => readEnvFile(context, name));
    return candidatesOf(context, files).length;
  } catch {
    return 0;
  }
}

async function agrees({ context, terminal }: Stage, count: number): Promise<boolean> {
  if (!terminal.available) return false;
  const [passwords, them] =
    count === 1 ? ['is a database password', 'it'] : [`are ${count} database passwords`, 'them'];
  const names = usualFiles(context).join(', ');
  const answer = await terminal.ask(`There ${passwords} in ${names}. Store ${them} now? [Y/n]: `);
  return !/^n/i.test(answer.trim());
}
