// The tables in docs/clients.md, each row tried anew. After a change of a client:
//   DBCREDS_WRITE_DOCS=1 node --import tsx test/clients/table.test.ts [WORD of a client's name...]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { Unavailable, use } from '../services/use.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Client, Family, Kit, Outcomes, Way } from './roster/client.ts';
import { sound } from './roster/client.ts';
import { families } from './roster/index.ts';
import { committed, engines, rewritten, rowOf, strangers } from './table.ts';

const file = join(project, 'docs/clients.md');
const page = readFileSync(file, 'utf8');
const writes = process.env.DBCREDS_WRITE_DOCS === '1';
const words = process.argv.slice(2);
const rows = new Map<Client, string>();

const kits = await Promise.all(families.map(kitOf));

for (const engine of engines) {
  const test = suite(`clients: the table of ${engine}`, { needs: [engine] });
  for (const [family, kit] of kits) {
    for (const client of family.clients.filter((one) => one.engine === engine && isMeant(one)))
      if (kit instanceof Error) test.skip(client.name, kit.message, family.need);
      else test(client.name, () => check(client, kit));
  }
  if (isMeant({ name: engine }))
    test('it has no row of a client that is not tried', () => {
      assert.equal(strangers(page, engine, families), []);
    });
  test.after(() => {
    if (writes) writeFileSync(file, rewritten(readFileSync(file, 'utf8'), engine, families, rows));
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

async function check(client: Client, kit: Kit): Promise<void> {
  const server = await use(client.engine);
  const tried: [Way, Outcomes][] = [];
  for (const way of client.ways) {
    const attempts = await all(client, way, kit);
    const words = Object.entries(attempts).map(([which, { words }]) => `${which}: ${words}`);
    const outcomes = outcomesOf(attempts);
    const expected = { ...sound, ...way.expected };
    assert.equal(outcomes, expected, `by ${way.by}: ${JSON.stringify(outcomes)}\n${words.join('\n')}`);
    tried.push([way, outcomes]);
  }
  const row = rowOf(client, await client.version(kit, server), tried);
  rows.set(client, row);
  if (!writes) assert.is(committed(page, client), row);
}

type Attempts = Readonly<Record<keyof Outcomes, Attempt>>;

/** Two at a time. */
async function all(client: Client, way: Way, kit: Kit): Promise<Attempts> {
  const go = (which: keyof Outcomes): Promise<Attempt> => attempt(client, way, kit, which);
  const [right, whole] = await Promise.all([go('right'), go('whole')]);
  const [otherCa, otherName] = await Promise.all([go('otherCa'), go('otherName')]);
  return { right, whole, otherCa, otherName };
}

const outcomesOf = ({ right, whole, otherCa, otherName }: Attempts): Outcomes => ({
  right: right.outcome,
  whole: whole.outcome,
  otherCa: otherCa.outcome,
  otherName: otherName.outcome,
});
