import type { Environment } from '../context.ts';
import { DbcredsError } from '../errors.ts';
import { isClientVariable } from '../profiles/reserved.ts';
import type { RunRequest } from './request.ts';
import type { Selection } from './select.ts';

/**
 * A run inside a run. The same profiles pass through, so that a script may be wrapped twice; others are refused, since the
 * child would hold two environments' credentials without anybody having meant it.
 *
 * @returns whether the environment already holds what was asked for
 * @throws DbcredsError `NESTED`
 */
export function passesThrough(
  env: Environment,
  selections: readonly Selection[],
  request: RunRequest,
): boolean {
  const active = (env.DBCREDS_ACTIVE ?? '').split(',').filter(Boolean);
  if (active.length === 0 || request.nested || selections.every(({ profile }) => profile.nested))
    return false;
  const other = selections.map(tokenOf).find((token) => !active.includes(token));
  if (other !== undefined) throw nested(`${other} is not what is active here`, active);
  // These are about the run itself, and leave what is active as it is.
  if (request.dryRun || request.verify) return false;
  const changed = (['readOnly', 'via', 'urlStyle', 'only', 'pristine', 'envFile'] as const).find(
    (option) => request[option],
  );
  if (changed !== undefined)
    throw nested(
      `--${changed.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} would change what is active here`,
      active,
    );
  const lost = selections.find((selection) => !hasAny(env, selection));
  if (lost)
    throw nested(`${tokenOf(lost)} is active here, but something between has dropped its variables`, active);
  return true;
}

/** Turbo, sudo and their kin hand on some variables and drop others: a command without any would run as if it had them. */
function hasAny(env: Environment, { profile, prefix }: Selection): boolean {
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .some((name) => isClientVariable(name, profile.target.engine) || name in profile.inject);
}

/** How `DBCREDS_ACTIVE` names a selection: `shop/dev`, or `shop/dw:DW_` under a prefix. */
export function tokenOf({ profile, prefix }: Selection): string {
  return prefix === '' ? profile.id : `${profile.id}:${prefix}`;
}

function nested(why: string, active: readonly string[]): DbcredsError {
  return new DbcredsError('NESTED', {
    kind: 'refused',
    message: `a run inside a run: ${why}`,
    facts: [['active', active.join(', ')]],
    note: 'Nothing was started.',
    hints: [['if you mean it:', 'dbcreds run --nested ...']],
  });
}
