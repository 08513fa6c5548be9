import { type Context, suite as uvuSuite } from 'uvu';
import { Unavailable, use } from '../services/use.ts';
import { assertionsMade } from './assert.ts';
import { cleanUp } from './cleanup.ts';
import { describe, report } from './report.ts';

export { assert } from './assert.ts';

/** What a suite cannot do without. Each of them can be had where `.ci/run` runs: missing there is a failure. */
export type Need =
  | 'postgresql'
  | 'mariadb'
  | 'mysql'
  | 'secret-service'
  | 'age'
  | 'pgbouncer'
  | 'pty'
  | Host
  | 'direnv'
  | 'systemd-analyze'
  | 'systemd'
  | 'shells'
  | 'man'
  | 'tini'
  | 'node20'
  | 'node22'
  | 'node24'
  | 'node26'
  | 'python'
  | 'npm-clients'
  | 'postgresql-clients';

/** A program that starts others, or that others are started from. */
type Host = 'deno' | 'pnpm' | 'yarn' | 'berry' | 'turbo' | 'dotenvx';

type Handler<T> = (context: T) => unknown;

export interface Suite<T> {
  (name: string, handler: Handler<T>): void;
  /** A test that cannot run here: listed by name with its reason, and a failure in CI where it skips for a {@link Need}. */
  skip(name: string, reason: string, need?: Need): void;
  before: Hook<T>;
  after: Hook<T>;
  run(): void;
}

interface Hook<T> {
  (handler: Handler<T>): void;
  each(handler: Handler<T>): void;
}

/**
 * A uvu suite whose tests count: the runner hears of each one, and a test without an assertion fails.
 *
 * @param needs what must be there; where one is not, every test of the suite is skipped by name with the reason
 */
export function suite<T = Context>(
  title: string,
  { needs = [], context }: { needs?: readonly Need[]; context?: T } = {},
): Suite<T> {
  const inner = uvuSuite<T>(title, context);
  const state: State = { title, declared: 0, ran: false, broken: false, ready: once(() => missing(needs)) };
  watch(state);
  const add = (name: string, handler: Handler<T>): void => {
    state.declared += 1;
    report({ kind: 'declared', name: `${title}: ${name}` });
    inner(name, (given) => execute(state, `${title}: ${name}`, () => handler(given)));
  };
  return Object.assign(add, {
    skip: (name: string, reason: string, need?: Need) => {
      state.declared += 1;
      report({ kind: 'declared', name: `${title}: ${name}` });
      inner(name, () => skipped(`${title}: ${name}`, reason, need));
    },
    before: hook(state, 'before', inner.before),
    after: hook(state, 'after', inner.after),
    run: () => {
      state.ran = true;
      inner.run();
    },
  });
}

interface State {
  readonly title: string;
  declared: number;
  ran: boolean;
  /** A hook threw. */
  broken: boolean;
  /** Why the suite cannot run here, if so. */
  readonly ready: () => Promise<Lack | undefined>;
}

interface Lack {
  readonly need: Need;
  readonly reason: string;
}

async function execute(state: State, name: string, handler: () => unknown): Promise<void> {
  const before = assertionsMade();
  try {
    const lack = await state.ready();
    if (lack) return skipped(name, lack.reason, lack.need);
    report({ kind: 'started', name });
    await handler();
    if (assertionsMade() === before) throw new Error('the test made no assertion');
  } catch (error) {
    report({ kind: 'failed', name, why: describe(error) });
    throw error;
  } finally {
    await cleanUp();
  }
  report({ kind: 'passed', name });
}

function skipped(name: string, reason: string, need?: Need): void {
  process.stdout.write(`skipped: ${name}: ${reason}\n`);
  report({ kind: 'skipped', name, reason, ...(need && { need }) });
}

/** uvu swallows what a hook throws and passes the suite, so it is told to the runner here. */
function hook<T>(state: State, which: string, add: UvuHook<T>): Hook<T> {
  const wrap =
    (handler: Handler<T>, name: string): ((context: T) => Promise<void>) =>
    async (given) => {
      if (await state.ready()) return;
      try {
        await handler(given);
      } catch (error) {
        state.broken = true;
        process.stderr.write(`${state.title}: ${name}: ${describe(error)}\n`);
        report({
          kind: 'broken',
          why: `${state.title}: ${name}\n  ${describe(error).replaceAll('\n', '\n  ')}`,
        });
        throw error;
      }
    };
  return Object.assign((handler: Handler<T>) => add(wrap(handler, which)), {
    each: (handler: Handler<T>) => add.each(wrap(handler, `${which} each`)),
  });
}

interface UvuHook<T> {
  (handler: (context: T) => Promise<void>): void;
  each(handler: (context: T) => Promise<void>): void;
}

const states: State[] = [];

/** uvu exits 0 for a suite that forgot `.run()` and for an empty one. */
function watch(state: State): void {
  if (states.length === 0) process.once('exit', () => states.forEach(judge));
  states.push(state);
}

function judge({ title, declared, ran, broken }: State): void {
  if (broken) process.exitCode = 1;
  const fault = !ran ? 'was never run: `.run()` is missing' : !declared && 'has no test';
  if (!fault) return;
  process.exitCode = 1;
  process.stderr.write(`the suite "${title}" ${fault}\n`);
  report({ kind: 'broken', why: `the suite "${title}" ${fault}` });
}

async function missing(needs: readonly Need[]): Promise<Lack | undefined> {
  for (const need of needs) {
    try {
      await found(need);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return { need, reason: error.message };
    }
  }
}

function found(need: Need): Promise<unknown> {
  if (/^node\d/.test(need)) return use('node', need.slice(4));
  if (/^(deno|pnpm|yarn|berry|turbo|dotenvx)$/.test(need)) return use('host', need);
  return use(need as Exclude<Need, Host | `node${number}`>);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
