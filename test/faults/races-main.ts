// Two rotations of one account at once, again and again.
//   node --import tsx test/faults/races-main.ts             100 rounds an engine, in one store and in two
//   node --import tsx test/faults/races-main.ts mysql 20    fewer
import { cleanUp } from '../helpers/cleanup.ts';
import { use } from '../services/use.ts';
import { raceInOneStore, raceOfTwoStores } from './races.ts';

const words = process.argv.slice(2);
const rounds = Number(words.find((word) => /^\d+$/.test(word)) ?? 100);
const engines = (['postgresql', 'mariadb', 'mysql'] as const).filter(
  (engine) => words.every((word) => /^\d+$/.test(word)) || words.includes(engine),
);
let evil = 0;
for (const engine of engines) {
  const server = await use(engine);
  for (const [where, race] of [
    ['one store', raceInOneStore],
    ['two stores', raceOfTwoStores],
  ] as const) {
    const races = await race(server, rounds);
    evil += races.evil.length;
    const ends = Object.entries(races.ends).map(([how, count]) => `${how}: ${count}`);
    process.stdout.write(
      `${engine}, ${where}: ${races.rounds} rounds, ${races.overlapped} overlapped; ${ends.join(', ')}; ${races.evil.length} bad\n`,
    );
    for (const line of races.evil) process.stdout.write(`${line}\n`);
    await cleanUp();
  }
}
process.exit(evil > 0 ? 1 : 0);
