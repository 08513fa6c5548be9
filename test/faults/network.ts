import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../helpers/proxy.ts';
import type { Server } from '../services/server.ts';
import { Front, placesIn, reading } from './front.ts';
import { type Ordeal, ordeal } from './ordeal.ts';
import { strike } from './strike.ts';
import { commandLine } from './trial.ts';

/** One rotation whose connection was cut or held still, and what came of it. */
export interface Disturbed extends Ordeal {
  /** Where, and what was done. */
  readonly step: Step;
  /** Whether the rotation came by there. */
  readonly hit: boolean;
}

/**
 * Cuts a rotation behind each message that it sends or gets, one at a time: records of TLS, which the proxy cannot read.
 *
 * @param choose which of all places, in their order
 */
export async function cut(
  server: Server,
  choose: (places: readonly Omit<Step, 'act'>[]) => readonly Omit<Step, 'act'>[],
): Promise<{ places: number; trials: Disturbed[] }> {
  const front = await Front.open(server);
  const places = placesIn(await front.measure());
  const trials: Disturbed[] = [];
  for (const place of choose(places)) {
    const step: Step = { ...place, act: 'reset' };
    const result = await front.trial({ plan: [step] });
    trials.push({ ...result, step, hit: result.proxy.fired.length === 1 });
  }
  return { places: places.length, trials };
}

/** What takes the lock, and behind what the new password holds. */
const statements: Readonly<Record<Server['engine'], readonly RegExp[]>> = {
  postgresql: [/^ALTER ROLE/, /^COMMIT/],
  mariadb: [/GET_LOCK/, /^SET PASSWORD/],
  mysql: [/GET_LOCK/, /^ALTER USER USER\(\) IDENTIFIED/],
};

/** The moments at which it matters most that nothing comes any more: each takes a whole time-out. */
export function stills(engine: Server['engine']): Step[] {
  return [
    // The server never hears of it, or nobody hears the answer.
    ...statements[engine].flatMap((statement): Step[] => [
      { statement, when: 'before', act: 'freeze' },
      { statement, act: 'mute' },
    ]),
    // The first look, the last one, the new password, the old one: the answer to each login.
    ...[1, 2, 3, 4].map(
      (connection): Step => ({ connection, direction: 'toClient', unit: 3, when: 'before', act: 'freeze' }),
    ),
  ];
}

/** Holds a rotation still in the middle, longer than it waits. */
export async function still(server: Server, steps: readonly Step[]): Promise<Disturbed[]> {
  const front = await Front.open(server);
  const trials: Disturbed[] = [];
  for (const step of steps) {
    const result = await front.trial(await reading(step));
    trials.push({ ...result, step, hit: result.proxy.fired.length === 1 });
  }
  return trials;
}

/**
 * Holds a rotation still that has the server's lock, for ever: a machine that lost its power says no goodbye. Asks again until
 * somebody else can go on.
 */
export async function abandoned(server: Server): Promise<Disturbed & { readonly waited: number }> {
  const front = await Front.open(server);
  const step: Step = { statement: statements[server.engine].at(-1) ?? /./, when: 'before', act: 'freeze' };
  const proxy = await front.face(await reading(step));
  let waited = 0;
  const result = await ordeal(front.subject, {
    last: 'test',
    repair: async () => {
      const from = Date.now();
      const finish = commandLine(front.subject, 'finish');
      while ((await strike(front.subject, finish)).code !== 0 && Date.now() - from < 300_000)
        await sleep(5_000);
      waited = Date.now() - from;
    },
  });
  return { ...result, step, waited, hit: proxy.fired.length === 1 };
}

/** How often each end came about. */
export function endsOf(trials: readonly Disturbed[]): string {
  const counts = new Map<string, number>();
  for (const { code = 'done all the same', hit } of trials) {
    const end = hit ? code : 'not disturbed';
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return [...counts].map(([end, count]) => `${end} ${count}`).join(', ');
}

/** Every cut and every hold, on each of the servers, two at a time. @returns how many ended badly */
export async function allOfThem(servers: readonly Server[], say: (line: string) => void): Promise<number> {
  let evil = 0;
  const tell = (name: string, trials: readonly Disturbed[]): void => {
    for (const one of trials.filter((trial) => trial.evil.length > 0)) {
      evil += 1;
      say(`${name}: ${one.evil.join(', ')} at ${show(one.step)}\n${one.story}`);
    }
    say(`${name}: ${trials.length} trials, then: ${endsOf(trials)}`);
  };
  const jobs = servers.flatMap((server) => [
    async () => tell(`${server.engine}, cut`, (await cut(server, (places) => places)).trials),
    async () => {
      const one = await abandoned(server);
      tell(`${server.engine}, abandoned, and gone on with after ${Math.round(one.waited / 1000)} s`, [one]);
    },
    async () => tell(`${server.engine}, held still`, await still(server, stills(server.engine))),
  ]);
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) await job();
  };
  await Promise.all([worker(), worker()]);
  return evil;
}

/** `JSON.stringify` leaves patterns out. */
export const show = ({ statement, ...step }: Step): string =>
  `${JSON.stringify(step)}${statement ? ` ${statement}` : ''}`;
