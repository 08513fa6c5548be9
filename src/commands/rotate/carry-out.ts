import { DbcredsError, type ErrorCode } from '../../errors.ts';
import { cleared } from '../../inject/index.ts';
import { parseDuration, showSpan } from '../../profiles/duration.ts';
import { plan } from '../../rotate/plan.ts';
import type { Push } from '../../rotate/push.ts';
import { finish, type Outcome, rotate } from '../../rotate/rotate.ts';
import type { Choices } from '../../rotate/rotation.ts';
import { journal } from '../../run/journal.ts';
import { rotationOf } from '../../run/rotation.ts';
import type { Options, Stage } from '../command.ts';
import { flag, kebab, text, usage } from '../options.ts';
import type { Prepared } from './prepare.ts';

/** The plan of a rotation, a line each. */
export function planned(stage: Stage, prepared: Prepared, options: Options): Promise<string[]> {
  const rotation = rotationOf(stage, prepared.held, {
    choices: choicesOf(prepared, options),
    admin: adminOf(prepared),
  });
  return plan(rotation, pushesOf(stage, prepared));
}

/** Rotates, with every step shown and the outcome logged. @throws DbcredsError */
export async function carryOut(stage: Stage, prepared: Prepared, options: Options): Promise<Outcome> {
  const { held } = prepared;
  const reason = text(options, 'reason');
  const log = (
    outcome: 'begun' | 'done' | 'refused' | 'failed',
    more: { code?: ErrorCode; until?: string } = {},
  ): void =>
    journal(stage, held.plain, {
      event: 'rotate',
      outcome,
      provider: held.provider.name,
      ...more,
      ...(reason && { reason }),
    });
  const choices = choicesOf(prepared, options);
  log('begun');
  const progress = await stage.terminal.progress(held.plain.name);
  const rotation = rotationOf(stage, held, { choices, admin: adminOf(prepared), step: progress.step });
  const heard = whenInterrupted(() => {
    progress.fail();
    stage.terminal.say(
      `dbcreds: interrupted; nothing is lost: dbcreds rotate ${held.plain.name} --finish goes on from here`,
    );
  });
  try {
    const work = flag(options, 'finish') ? finish : rotate;
    const outcome = await work(rotation, pushesOf(stage, prepared));
    progress.done(told(outcome, stage.context.now));
    log('done', untilOf(outcome));
    return outcome;
  } catch (error) {
    progress.fail();
    if (error instanceof DbcredsError)
      log(error.kind === 'refused' ? 'refused' : 'failed', { code: error.code });
    throw error;
  } finally {
    heard.end();
  }
}

/** Says something before the process dies by the signal, as it would without us. */
function whenInterrupted(say: () => void): { end: () => void } {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const die = (signal: NodeJS.Signals): void => {
    end();
    say();
    process.kill(process.pid, signal);
  };
  const end = (): void => {
    for (const signal of signals) process.off(signal, die);
  };
  for (const signal of signals) process.on(signal, die);
  return { end };
}

function untilOf({ record: { discardAt } }: Outcome): { until?: string } {
  return discardAt === undefined ? {} : { until: new Date(discardAt).toISOString() };
}

function told({ how, record }: Outcome, now: number): string {
  if (how === 'nothing') return 'nothing was left to finish';
  const grace =
    record.discardAt === undefined ? '' : `; the old one holds for ${showSpan(record.discardAt - now)} more`;
  return `${how}: the new password holds${grace}`;
}

const adminOf = ({ admin }: Prepared) => admin && { held: admin, slot: admin.record.current };

/** The commands run with what is inherited, without what holds or unlocks a secret of ours. */
function pushesOf({ context }: Stage, { held }: Prepared): Push {
  const { push } = held.profile.rotation;
  return { commands: push, env: cleared(context.env, []), cwd: context.cwd };
}

/** Before anybody is asked anything. @throws DbcredsError `USAGE` */
export function assertSpans(options: Options): void {
  for (const name of ['grace', 'validUntil']) spanOf(options, name);
}

function choicesOf({ held }: Prepared, options: Options): Choices {
  const grace = spanOf(options, 'grace') ?? held.profile.rotation.grace;
  const validUntil = spanOf(options, 'validUntil');
  return {
    ...(grace ? { grace } : {}),
    ...(validUntil === undefined ? {} : { validUntil }),
    allowPlaintext: flag(options, 'allowPlaintextSql'),
    terminate: flag(options, 'terminate'),
  };
}

function spanOf(options: Options, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  const span = parseDuration(value);
  if (span === undefined) throw usage(`--${kebab(name)} takes a time such as 1h, 30m or 90d`);
  return span;
}
