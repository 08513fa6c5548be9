import { createHash } from 'node:crypto';
import type { Record } from '../../src/profiles/record.ts';
import { type Blow, beforeAll, type Struck, strike } from './strike.ts';
import { type Sight, type Subject, slotsOf } from './subject.ts';

/** Commands of every day, any of which has to bring a rotation to its end. */
export const ordinary = ['run', 'test', 'rotate', 'finish'] as const;
export type Ordinary = (typeof ordinary)[number];

export const commandLine = (subject: Subject, command: Ordinary): string[] => {
  const { name, server } = subject;
  const client =
    server.engine === 'postgresql'
      ? ['psql', '-Atqc', 'SELECT session_user']
      : [server.engine, '-Nse', "SELECT SUBSTRING_INDEX(USER(), '@', 1)"];
  return {
    run: ['run', '-e', name, '--', ...client],
    test: ['test', name],
    rotate: ['rotate', name, '--sole-holder'],
    finish: ['rotate', name, '--finish'],
  }[command];
};

/** What must never happen. */
export const evils = [
  'lost password',
  'lock-out',
  'unclean record',
  'two passwords',
  'command failed',
  'password shown',
] as const;
export type Evil = (typeof evils)[number];

/** One rotation that was killed, and what came of it. */
export interface Trial {
  readonly subject: Subject;
  readonly kind: 'random' | 'step' | 'resume';
  readonly blows: readonly Blow[];
  /** The commands that were killed, and the one that was not. */
  readonly commands: readonly Ordinary[];
  /** Whether the last blow found it running. */
  readonly hit: boolean;
  /** Where the last blow fell. */
  readonly step: string;
  /** What the server took and what was stored right after the last blow. */
  readonly state: State;
  readonly evil: readonly Evil[];
  /** All that is needed to look at it, without a secret. */
  readonly story: string;
}

export const states = [
  'the server takes the old one; stored: the old one',
  'the server takes the old one; stored: the old one, the new one as pending',
  'the server takes the new one; stored: the old one, the new one as pending',
  'the server takes the new one; stored: the new one',
] as const;
export type State = (typeof states)[number] | 'another state';

/** A command that is killed. */
export interface Attack {
  readonly command: Ordinary;
  readonly blow: Blow;
}

/** Kills each in turn, has one ordinary command follow, and looks before and after it. */
export async function attempt(
  subject: Subject,
  kind: Trial['kind'],
  attacks: readonly Attack[],
  last: Ordinary,
): Promise<Trial> {
  const passwords = new Set(slotsOf(await subject.record()));
  const [old = ''] = passwords;
  const story: string[] = [];
  let struck: Struck | undefined;
  let seen: Sight | undefined;
  const evil = new Set<Evil>();
  for (const { command, blow } of attacks) {
    struck = await strike(subject, commandLine(subject, command), blow);
    seen = await subject.look(passwords);
    for (const password of slotsOf(seen.record)) passwords.add(password);
    if (!slotsOf(seen.record).some((password) => seen?.accepted.includes(password)))
      evil.add('lost password');
    if (!struck.hit && struck.code !== 0) evil.add('command failed');
    if (seen.accepted.length > 1) evil.add('two passwords');
    story.push(tell(command, struck, blow), show(seen, passwords));
  }
  if (!struck || !seen) throw new Error('nothing was killed');
  const end = await strike(subject, commandLine(subject, last), { at: 'never', tree: false });
  const after = await subject.look(passwords);
  for (const password of slotsOf(after.record)) passwords.add(password);
  for (const one of judge(subject, last, end, after)) evil.add(one);
  story.push(tell(last, end), show(after, passwords));
  const told = story.join('\n');
  const safe = [...passwords].reduce((text, password) => text.replaceAll(password, mark(password)), told);
  if (safe !== told) evil.add('password shown');
  return {
    subject,
    kind,
    blows: attacks.map(({ blow }) => blow),
    commands: [...attacks.map(({ command }) => command), last],
    hit: struck.hit,
    step: struck.steps.at(-1) ?? beforeAll,
    state: stateOf(seen, old),
    evil: [...evil],
    story: safe,
  };
}

export function judge(subject: Subject, command: Ordinary, { code, stdout }: Struck, after: Sight): Evil[] {
  const { record, accepted } = after;
  const current = record.current.password.reveal();
  // What a person runs logs in by itself, with what it was given.
  const said = command !== 'run' || stdout === `${subject.login.user}\n`;
  const found: [Evil, boolean][] = [
    ['command failed', code !== 0 || !said],
    ['lock-out', !accepted.includes(current)],
    ['unclean record', !isClean(record)],
    ['two passwords', accepted.length > 1],
  ];
  return found.flatMap(([evil, is]) => (is ? [evil] : []));
}

const isClean = ({ pending, previous, rotationId, discardAt, unpushed }: Record): boolean =>
  [pending, previous, rotationId, discardAt, unpushed].every((one) => one === undefined);

export function stateOf({ record, accepted }: Sight, old: string): State {
  const server = accepted.length === 1 ? (accepted[0] === old ? 'old' : 'new') : '?';
  const store = record.current.password.reveal() === old ? 'old' : 'new';
  const state = `${server}${store}${record.pending ? ' pending' : ''}${record.previous ? ' previous' : ''}`;
  const index = ['oldold', 'oldold pending', 'newold pending', 'newnew'].indexOf(state);
  return states[index] ?? 'another state';
}

export function tell(command: Ordinary, { hit, code, ms, stderr, stdout }: Struck, blow?: Blow): string {
  const how = hit ? 'was killed' : `ended with ${code}`;
  const planned = blow ? ` (planned: ${JSON.stringify(blow)})` : '';
  return `${command} ${how} after ${Math.round(ms)} ms${planned}\n${`${stderr}${stdout}`.replace(/^(?=.)/gm, '    ')}`;
}

/** A record by short marks of its passwords, and what the server takes. */
export function show({ record, accepted }: Sight, asked: ReadonlySet<string>): string {
  const { current, pending, previous, rotationId, revision } = record;
  const slots = Object.entries({ current, pending, previous })
    .flatMap(([name, slot]) => (slot ? [`${name} ${mark(slot.password.reveal())}`] : []))
    .join(', ');
  const more = [rotationId && 'a rotation', record.discardAt && 'a grace', record.unpushed && 'pushes'];
  const asks = [...asked].map((one) => `${mark(one)} ${accepted.includes(one) ? 'accepted' : 'refused'}`);
  return `stored: ${slots}, revision ${revision}, ${more.filter(Boolean).join(', ') || 'nothing under way'}\nserver: ${asks.join(', ')}`;
}

export const mark = (password: string): string =>
  `#${createHash('sha256').update(password).digest('hex').slice(0, 6)}`;
