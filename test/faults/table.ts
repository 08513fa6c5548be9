import type { Server } from '../services/server.ts';
import { type Evil, states, type Trial } from './trial.ts';

type Engine = Server['engine'];

export const names: Readonly<{ [engine in Engine]: string }> = {
  postgresql: 'PostgreSQL',
  mariadb: 'MariaDB',
  mysql: 'MySQL',
};

/** What became of one engine's trials. */
export interface Column {
  readonly server: Server;
  readonly trials: readonly Trial[];
}

const evils: readonly (readonly [Evil, string])[] = [
  ['lost password', 'right after the kill: no stored password logs in (**lost**)'],
  ['lock-out', 'after one ordinary command: the current one does not log in (**locked out**)'],
  ['unclean record', 'after one ordinary command: something is still under way in the record'],
  ['two passwords', 'the server takes both the old and the new one'],
  ['command failed', 'the ordinary command failed'],
  ['password shown', 'a password stood in an output'],
];

/** The results as Markdown. */
export function tableOf(columns: readonly Column[], steps: readonly string[]): string {
  const row = (name: string, count: (trials: readonly Trial[]) => number): string =>
    `| ${name} | ${columns.map(({ trials }) => count(trials)).join(' | ')} |`;
  const table = (title: string, rows: readonly string[]): string =>
    [
      `| ${title} | ${columns.map(({ server }) => `${names[server.engine]} ${/^[\d.]+/.exec(server.version)}`).join(' | ')} |`,
      `|---|${columns.map(() => '--:|').join('')}`,
      ...rows,
    ].join('\n');
  const hits = (trials: readonly Trial[], wanted: (trial: Trial) => boolean): number =>
    trials.filter((trial) => trial.hit && wanted(trial)).length;
  return [
    table('Rotations killed', [
      row('at a random moment', (trials) => hits(trials, ({ kind }) => kind === 'random')),
      row('at each step by name', (trials) => hits(trials, ({ kind }) => kind === 'step')),
      row('twice: the command that resumes it, too, at each of its steps', (trials) =>
        hits(trials, ({ kind }) => kind === 'resume'),
      ),
      row('of all these: the record in the keychain', (trials) =>
        hits(trials, ({ subject }) => subject.where === 'keychain'),
      ),
      row('the record in a file', (trials) => hits(trials, ({ subject }) => subject.where === 'file')),
      row('with every process that it had started', (trials) =>
        hits(trials, ({ blows }) => blows.at(-1)?.tree === true),
      ),
      ...evils.map(([evil, text]) =>
        row(text, (trials) => trials.filter((one) => one.evil.includes(evil)).length),
      ),
    ]),
    table(
      'The kill fell while it was',
      steps.map((step) => row(step, (trials) => hits(trials, (trial) => trial.step === step))),
    ),
    table(
      'At that moment',
      states.map((state) => row(state, (trials) => hits(trials, (trial) => trial.state === state))),
    ),
  ].join('\n\n');
}

/** Every step at which a kill fell, in the order in which rotations and resuming commands come to them. */
export function stepsOf(trials: readonly Trial[], order: readonly string[]): string[] {
  const seen = new Set(trials.filter(({ hit }) => hit).map(({ step }) => step));
  return [...new Set([...order, ...seen])].filter((step) => seen.has(step));
}

/** What the trials should have met, and did not. */
export function gapsIn(trials: readonly Trial[], steps: readonly string[]): string[] {
  const hit = trials.filter((trial) => trial.hit);
  return [
    ...states.filter((state) => !hit.some((trial) => trial.state === state)),
    ...steps.filter((step) => !hit.some((trial) => trial.step === step)),
  ];
}
