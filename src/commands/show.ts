import { DbcredsError } from '../errors.ts';
import { expiryOf } from '../guards/age.ts';
import { showDate, showSpan } from '../profiles/duration.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Record } from '../profiles/record.ts';
import { showTarget, urlHost } from '../profiles/target.ts';
import { choose } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { journal } from '../run/journal.ts';
import { confirm, judgeOne } from '../run/judge.ts';
import { settle } from '../run/settle.ts';
import { providerOf, refOf } from '../run/store.ts';
import { columns } from './columns.ts';
import type { Action, Options, Stage } from './command.ts';
import { held, sceneOf, selected } from './held.ts';
import { flag, text } from './options.ts';
import { rowJson } from './survey.ts';

/** `dbcreds show`. */
export const show: Action = async (stage, args, options) => {
  const selection = selected(stage, args, options);
  const { plain } = selection;
  if (flag(options, 'reveal')) return reveal(stage, selection, options);
  const provider = await providerOf(stage, plain, text(options, 'provider'));
  const record = await provider.get(refOf(plain));
  if (flag(options, 'json'))
    stage.terminal.out(`${JSON.stringify(asJson(plain, provider, record, stage.context.now), null, 2)}\n`);
  else stage.terminal.out(columns(describe(plain, provider, record, stage)));
  return 0;
};

function asJson(profile: Profile, provider: Provider, record: Record | undefined, now: number): object {
  const expiresAt = record && expiryOf(profile, record.current);
  const state =
    record === undefined ? 'missing' : expiresAt !== undefined && expiresAt <= now ? 'expired' : 'ok';
  const { id, name } = profile;
  const times = expiresAt === undefined ? {} : { expiresAt };
  return rowJson({
    id,
    name,
    state,
    profile,
    provider: provider.name,
    place: provider.place,
    ...times,
    ...(record ? { record } : {}),
  });
}

function describe(
  profile: Profile,
  provider: Provider,
  record: Record | undefined,
  { context }: Stage,
): string[][] {
  const { target, dial, tls, tunnelled } = profile;
  return [
    ['profile', `${profile.id}${profile.production ? '  PRODUCTION' : ''}`],
    ...(profile.description ? [['about', profile.description]] : []),
    ['file', profile.file],
    ['target', `${showTarget(target)} (${target.engine})`],
    ...(tunnelled ? [['dials', `${urlHost(dial.host)}:${dial.port}`]] : []),
    ['TLS', `${tls.mode}${tls.stated ? '' : ' (by default)'}${tls.ca ? `, CA ${tls.ca}` : ''}`],
    ['provider', `${provider.name}: ${choose(profile, context).why}`],
    ['kept in', provider.place],
    ...(record ? ages(profile, record, context.now) : [['password', 'none is stored']]),
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
    ...(record.pending ? [['rotation', 'cut off: a new password waits']] : []),
  ];
}

/** On a terminal, under the guards of a run, and logged. */
async function reveal(
  stage: Stage,
  selection: ReturnType<typeof selected>,
  options: Options,
): Promise<number> {
  const { name } = selection.plain;
  if (!stage.terminal.available)
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
