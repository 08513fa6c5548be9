import { isatty } from 'node:tty';
import { DbcredsError } from '../errors.ts';
import { expiryOf } from '../guards/age.ts';
import { showDate, showSpan } from '../profiles/duration.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { showTarget, urlHost } from '../profiles/target.ts';
import { choose } from '../providers/index.ts';
import { journal } from '../run/journal.ts';
import { confirm, judgeOne } from '../run/judge.ts';
import { settle } from '../run/settle.ts';
import { columns } from './columns.ts';
import type { Action, Options, Stage } from './command.ts';
import { held, sceneOf, selected } from './held.ts';
import { flag, text, usage } from './options.ts';
import { lookAt, type Row, rowJson } from './survey.ts';
import { graceLeft, unsettled } from './unsettled.ts';

/** `dbcreds show`. */
export const show: Action = async (stage, args, options) => {
  const selection = selected(stage, args, options);
  if (flag(options, 'reveal')) return reveal(stage, selection, options);
  const choice = text(options, 'provider');
  const row = await lookAt(stage, selection.plain, { flag: choice });
  if (flag(options, 'json'))
    stage.terminal.out(`${JSON.stringify(rowJson(row, stage.context.now), null, 2)}\n`);
  else stage.terminal.out(columns(describe(selection.plain, row, choice, stage)));
  // The profile is told in any case: this is where people look when something does not work.
  if (row.error) throw row.error;
  return 0;
};

function describe(
  profile: Profile,
  { record, place = '', error }: Row,
  choice: string | undefined,
  { context }: Stage,
): string[][] {
  const { target, dial, tls, tunnelled } = profile;
  const { name, why } = choose(profile, context, choice);
  const password = record
    ? ages(profile, record, context.now)
    : [['password', error ? `not known: ${error.message}` : 'none is stored']];
  return [
    ['profile', `${profile.id}${profile.production ? '  PRODUCTION' : ''}`],
    ...(profile.description ? [['about', profile.description]] : []),
    ['file', profile.file],
    ['target', `${showTarget(target)} (${target.engine})`],
    ...(tunnelled ? [['dials', `${urlHost(dial.host)}:${dial.port}`]] : []),
    ['TLS', `${tls.mode}${tls.stated ? '' : ' (by default)'}${tls.ca ? `, CA ${tls.ca}` : ''}`],
    ['provider', `${name}: ${why}`],
    ['kept in', place],
    ...password,
  ];
}

function ages(profile: Profile, record: Record, now: number): string[][] {
  const { setAt } = record.current;
  const expiresAt = expiryOf(profile, record.current);
  return [
    ['set', setAt === undefined ? 'unknown' : `${showDate(setAt)} (${showSpan(now - setAt)} ago)`],
    [
      'expires',
      expiresAt === undefined
        ? 'never'
        : `${showDate(expiresAt)} (${expiresAt <= now ? 'EXPIRED' : `in ${showSpan(expiresAt - now)}`})`,
    ],
    ...[...unsettled(record, now), graceLeft(record, now)].flatMap((line) =>
      line ? [['rotation', line]] : [],
    ),
  ];
}

/** On a terminal, under the guards of a run, and logged. */
async function reveal(
  stage: Stage,
  selection: ReturnType<typeof selected>,
  options: Options,
): Promise<number> {
  const { name } = selection.plain;
  if (flag(options, 'json')) throw usage('--reveal or --json: which one?');
  // With stdout elsewhere the password would end in a file or a job's log.
  if (!stage.terminal.available || !isatty(1))
    throw new DbcredsError('NO_TERMINAL', {
      kind: 'refused',
      message: `the password of ${name} is shown on a terminal alone`,
      hints: [['give it to a program:', `dbcreds run --env ${name} -- ...`]],
    });
  const one = await held(stage, selection, options);
  const scene = sceneOf(stage, name, { allowExpired: true, reason: 'reveal' });
  const judged = judgeOne(scene, one);
  await settle(scene, [judged]);
  await confirm(scene, [judged], 'show --reveal');
  journal(stage, one.plain, { event: 'reveal', outcome: 'done', provider: one.provider.name });
  stage.terminal.out(`${one.record.current.password.reveal()}\n`);
  return 0;
}
