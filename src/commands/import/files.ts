import { readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { DbcredsError, type Hint } from '../../errors.ts';
import { readSmallFile, statOf } from '../../files.ts';
import { type Findings, type Found, findPasswords, isSame } from '../../providers/dotenv/found.ts';
import { parseEnvText } from '../../providers/dotenv.ts';
import { readStdin } from '../stdin.ts';
import { asName, type Candidate, injectOf, type Source, saysProduction } from './candidate.ts';

/** A `.env` file as it was read. */
export interface EnvFile {
  /** Absolute path. */
  readonly path: string;
  readonly content: Buffer;
  readonly findings: Findings;
}

/** Files that show what belongs into others, encrypted ones, and copies. */
const passedBy = /\.(example|sample|template|dist|defaults?|schema|vault|keys|me|enc|bak|old|orig|swp)$|~$/i;

/** The `.env` files of the working folder. */
export function usualFiles({ cwd }: Context): string[] {
  return namesIn(cwd)
    .filter((name) => /^\.env(\.|$)/.test(name) && !passedBy.test(name))
    .filter((name) => statOf(join(cwd, name))?.isFile())
    .sort();
}

/** A folder may be one to pass through, and not to look into. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Reads a file and looks for passwords in it. @throws DbcredsError `FILE_ACCESS` */
export function readEnvFile({ cwd }: Context, name: string): EnvFile {
  const path = resolve(cwd, name);
  if (name === piped) return envFile(path, Buffer.from(readStdin('import -', fromPipe)));
  const refuse = (why: string): DbcredsError =>
    new DbcredsError('FILE_ACCESS', {
      message: `${path} ${why}`,
      hints: [['see what is found here:', 'dbcreds import --dry-run']],
    });
  const content = readSmallFile(path, refuse, 1 << 20);
  if (content === undefined) throw refuse('does not exist');
  return envFile(path, content);
}

function envFile(path: string, content: Buffer): EnvFile {
  return { path, content, findings: findPasswords(parseEnvText(content.toString('utf8'))) };
}

/** Whether dotenvx encrypted some of its values. */
export function isEncrypted({ content }: EnvFile): boolean {
  return /^[\w.]+=["']?encrypted:/m.test(content.toString('utf8'));
}

/** The word for what a pipe brings. */
export const piped = '-';

const fromPipe: readonly Hint[] = [
  ['files are named:', 'dbcreds import .env'],
  ['from a program that decrypts them:', 'dotenvx decrypt --stdout | dbcreds import -'],
];

interface Seen {
  readonly found: Found;
  candidate: Candidate;
}

/** What was found in all the files. A login that several of them have is one. */
export function candidatesOf({ cwd }: Context, files: readonly EnvFile[]): Candidate[] {
  const all: Seen[] = [];
  for (const { path, findings } of files) {
    const sorted = findings.found.toSorted((a, b) => a.mark.length - b.mark.length);
    for (const [index, found] of sorted.entries()) {
      const source = { file: path, variables: Object.keys(found.variables) };
      const from = `${relative(cwd, path)}: ${source.variables.join(', ')}`;
      const same = all.find((other) => isSame(other.found, found));
      const name = nameOf(path, found.mark, index);
      if (same) same.candidate = joined(same.candidate, name, source, from);
      else all.push({ found, candidate: candidateOf(found, name, source, from) });
    }
  }
  const candidates = all.map(({ candidate }) => candidate);
  if (candidates.some(({ name }) => name === 'dev')) return candidates;
  // Next.js and Vite keep what one person develops with in `.env.local`.
  return candidates.map((one) => ({ ...one, name: one.name.replace(/^local(?=-|$)/, 'dev') }));
}

/** What serves production in one place is production, whatever the others are called. */
function joined(candidate: Candidate, name: string, source: Source, from: string): Candidate {
  return {
    ...candidate,
    ...(saysProduction.test(name) && !candidate.production ? { name, production: true } : {}),
    sources: [...candidate.sources, source],
    from: `${candidate.from}; ${from}`,
  };
}

function candidateOf(found: Found, name: string, source: Source, from: string): Candidate {
  const { target, password, params, variables } = found;
  const inject = injectOf(variables);
  return {
    name,
    target,
    password,
    params,
    sources: [source],
    from,
    production: saysProduction.test(name),
    ...(inject ? { more: { inject } } : {}),
  };
}

const environments = /^(prod|production|live|staging|stage|test|dev|development|local|ci|qa|uat|preview)$/;

/** The first of a file has the file's name; the others say what tells them apart, and environments that alone. */
function nameOf(path: string, mark: string, index: number): string {
  if (environments.test(mark)) return asName(mark);
  const file = asName(stemOf(path));
  return index === 0 || mark === '' ? file : asName(`${file}-${mark}`);
}

/** `.env` -> `dev`, `.env.production.local` -> `production`, `config/prod.env` -> `prod`. */
function stemOf(path: string): string {
  const name = basename(path)
    .replace(/^\.?env\.?/, '')
    .replace(/\.env$/, '');
  return name.replace(/(?<=.)\.local$/, '') || 'dev';
}
