import type { Action, Options, Stage } from './command.ts';
import { flag, usage } from './options.ts';
import { rotateAll } from './rotate/all.ts';
import { assertSpans, carryOut, planned } from './rotate/carry-out.ts';
import { prepare } from './rotate/prepare.ts';
import { outcomeJson } from './rotate/report.ts';

/** `dbcreds rotate`. */
export const rotate: Action = async (stage, args, options) => {
  if (flag(options, 'dryRun') && flag(options, 'finish')) throw usage('--dry-run and --finish: which one?');
  assertSpans(options);
  if (flag(options, 'all')) {
    if (args.length > 0 || options.env !== undefined) throw usage('a name and --all: which one?');
    return rotateAll(stage, options);
  }
  if (options.due !== undefined)
    throw usage('--due goes with --all', [['such as:', 'dbcreds rotate --all --due 14d']]);
  const prepared = await prepare(stage, args[0], options);
  if (flag(options, 'dryRun')) return showPlan(stage, await planned(stage, prepared, options), options);
  const outcome = await carryOut(stage, prepared, options);
  if (flag(options, 'json'))
    stage.terminal.out(`${JSON.stringify(outcomeJson(prepared.held.plain.id, outcome), null, 2)}\n`);
  return 0;
};

function showPlan({ terminal }: Stage, lines: readonly string[], options: Options): number {
  const numbered = lines.map((line, index) => `${String(index + 1).padStart(2)}. ${line}\n`).join('');
  terminal.out(flag(options, 'json') ? `${JSON.stringify({ plan: lines }, null, 2)}\n` : numbered);
  return 0;
}
