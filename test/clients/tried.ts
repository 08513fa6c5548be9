import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { Unavailable, use } from '../services/use.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Client, Engine, Family, Kit, Outcomes, Way } from './roster/client.ts';
import { sound } from './roster/client.ts';
import { families } from './roster/index.ts';
import { committed, rewritten, rowOf, strangers } from './table.ts';

const file = join(project, 'docs/clients.md');
const page = readFileSync(file, 'utf8');
const writes = process.env.DBCREDS_WRITE_DOCS === '1';
const words = process.argv.slice(2);
const cases = Object.keys(sound) as Case[];

/** Tries every client of the engine anew, and compares its row with the one in the page, or writes the page. */
export async function table(engine: Engine): Promise<void> {
  const test = suite(`clients: the table of ${engine}`, { needs: [engine] });
  const rows = new Map<Client, string>();
  for (const [family, kit] of await Promise.all(families.map(kitOf))) {
    for (const client of family.clients.filter((one) => one.engine === engine && isMeant(one)))
      if (kit instanceof Error) test.skip(client.name, kit.message, family.need);
      else test(client.name, async () => rows.set(client, await check(client, kit)));
  }
  test('it has no row of a client that is not tried', () => {
    assert.equal(strangers(page, engine, families), []);
  });
  test.after(() => {
    if (writes) writeFileSync(file, rewritten(page, engine, families, rows));
  });
  test.run();
}

/** A family that cannot be installed here is skipped, each client by name. */
async function kitOf(family: Family): Promise<[Family, Kit | Unavailable]> {
  const kit = await family.install().catch((error: Error) => {
    if (!(error instanceof Unavailable)) throw error;
    return error;
  });
  return [family, kit];
}

function isMeant({ name }: Pick<Client, 'name'>): boolean {
  return words.length === 0 || words.some((word) => name.includes(word));
}

/** The row that is true of the client. */
async function check(client: Client, kit: Kit): Promise<string> {
  const server = await use(client.engine);
  const tried: [Way, Outcomes][] = [];
  for (const way of client.ways) {
    const attempts = await all(client, way, kit);
    const expected = { ...sound, ...way.expected };
    const surprises = cases.filter((which) => attempts[which].outcome !== expected[which]);
    const told = surprises.map((which) => `${which}: ${attempts[which].outcome}, ${attempts[which].words}`);
    assert.equal(told, [], `by ${way.by}\n${told.join('\n')}`);
    tried.push([way, outcomesOf(attempts)]);
  }
  const row = rowOf(client, await client.version(kit, server), tried);
  if (!writes) assert.is(committed(page, client), row);
  return row;
}

type Case = keyof Outcomes;
type Attempts = Readonly<Record<Case, Attempt>>;

/** Two at a time. */
async function all(client: Client, way: Way, kit: Kit): Promise<Attempts> {
  const waiting = [...cases];
  const done: [Case, Attempt][] = [];
  const next = async (): Promise<void> => {
    for (let which = waiting.shift(); which; which = waiting.shift())
      done.push([which, await attempt(client, way, kit, which)]);
  };
  await Promise.all([next(), next()]);
  return Object.fromEntries(done) as Attempts;
}

function outcomesOf(attempts: Attempts): Outcomes {
  const pairs = Object.entries(attempts).map(([which, { outcome }]) => [which, outcome]);
  return Object.fromEntries(pairs);
}
