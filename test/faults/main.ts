// Kills rotations at every moment of theirs, and has one ordinary command mend what is left.
//   npm run test:faults                                     300 random kills an engine, and each step by name
//   npm run test:faults -- mysql --trials 20 --seed 7       fewer
//   npm run test:faults -- --network                        none; cuts and holds them still at every message instead
import { parseArgs } from 'node:util';
import { atEndOfTest, cleanUp } from '../helpers/cleanup.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { type Campaign, Front } from './campaign.ts';
import { allOfThem } from './network.ts';
import { randomFrom } from './random.ts';
import { beforeAll } from './strike.ts';
import type { Where } from './subject.ts';
import { gapsIn, names, stepsOf, tableOf } from './table.ts';
import type { Trial } from './trial.ts';

type Engine = keyof typeof names;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    trials: { type: 'string', default: '300' },
    seed: { type: 'string' },
    network: { type: 'boolean' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const random = Number(values.trials) / 2;
const engines = (Object.keys(names) as Engine[]).filter(
  (name) => positionals.length === 0 || positionals.includes(name),
);

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

interface Job {
  readonly engine: Engine;
  readonly where: Where;
  readonly seed: number;
}

interface Result extends Job {
  readonly trials: readonly Trial[];
  readonly steps: readonly string[];
}

async function work({ engine, where, seed }: Job): Promise<Result> {
  const trials: Trial[] = [];
  const told = (trial: Trial): void => {
    trials.push(trial);
    if (trial.evil.length > 0)
      say(
        `${engine}, ${where}, seed ${seed}, trial ${trials.length}: ${trial.evil.join(', ')}\n${trial.story}`,
      );
    else if (trials.length % 25 === 0) say(`${engine}, ${where}: ${trials.length} trials`);
  };
  const keychain = await Keychain.open('unlocked');
  atEndOfTest(() => keychain.close());
  const campaign: Campaign = { server: await use(engine), where, keychain, random: randomFrom(seed), told };
  const front = await Front.open(campaign, 5);
  say(`${engine}, ${where}, seed ${seed}: a rotation takes ${front.durations.map(Math.round).join(', ')} ms`);
  await front.atRandom(random);
  await front.atEachStep(3);
  await front.whileResuming(['finish', 'run', 'test'], 1);
  return { engine, where, seed, trials, steps: front.steps };
}

/** Two at a time. */
async function all(jobs: Job[]): Promise<Result[]> {
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) results.push(await work(job));
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function main(): Promise<number> {
  const jobs = engines
    .flatMap((engine) => (['keychain', 'file'] as const).map((where) => ({ engine, where })))
    .map((job, index) => ({ ...job, seed: (seed + index) % 2 ** 32 }));
  say(`seed ${seed}`);
  const results = await all(jobs);
  const servers = await Promise.all(engines.map((engine) => use(engine)));
  const columns = servers.map((server) => ({
    server,
    trials: results.filter(({ engine }) => engine === server.engine).flatMap(({ trials }) => trials),
  }));
  const trials = results.flatMap((result) => result.trials);
  const order = [beforeAll, ...(results[0]?.steps ?? [])];
  process.stdout.write(`${tableOf(columns, stepsOf(trials, order))}\n`);
  const gaps = columns.flatMap((column) =>
    gapsIn(column.trials, order).map((gap) => `${names[column.server.engine]}: no kill found: ${gap}`),
  );
  const evil = trials.filter((trial) => trial.evil.length > 0).length;
  for (const gap of gaps) say(gap);
  say(`${trials.length} trials, ${evil} of them with an evil end, seed ${seed}`);
  return gaps.length + evil > 0 ? 1 : 0;
}

async function network(): Promise<number> {
  const evil = await allOfThem(await Promise.all(engines.map((engine) => use(engine))), say);
  say(`${evil} with an evil end`);
  return evil > 0 ? 1 : 0;
}

try {
  process.exitCode = values.network ? await network() : await main();
} finally {
  await cleanUp();
}
