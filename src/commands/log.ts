import { type LogEntry, readLog } from '../log.ts';
import { columns } from './columns.ts';
import type { Action } from './command.ts';
import { flag, text, usage } from './options.ts';

/** `dbcreds log`. */
export const log: Action = async ({ context, terminal }, _, options) => {
  const name = text(options, 'env');
  const count = countOf(text(options, 'last'));
  const entries = readLog(context)
    .filter(({ profile }) => name === undefined || profile === name || profile.endsWith(`/${name}`))
    .slice(-count);
  if (flag(options, 'json')) terminal.out(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  else if (entries.length === 0) terminal.say('dbcreds: the log of runs is empty');
  else
    terminal.out(columns([['WHEN', 'WHAT', 'PROFILE', 'COMMAND', 'OUTCOME', 'REASON'], ...entries.map(row)]));
  return 0;
};

function countOf(value: string | undefined): number {
  if (value === undefined) return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw usage('--last takes a count from 1');
}

function row({
  at,
  event,
  profile,
  production,
  command,
  outcome,
  code,
  overrides,
  reason,
}: LogEntry): string[] {
  return [
    at.slice(0, 19).replace('T', ' '),
    event,
    `${profile}${production ? ' !' : ''}`,
    command ?? '',
    [outcome, code, ...(overrides ?? []).map((one) => `despite ${one}`)].filter(Boolean).join(' '),
    reason ?? '',
  ];
}
