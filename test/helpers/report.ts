import { stripVTControlCharacters } from 'node:util';

/** What a test file tells the runner, one message at a time. Without a runner (a file started by hand) nobody listens. */
export type Report =
  | { readonly kind: 'declared'; readonly name: string }
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'passed'; readonly name: string }
  | { readonly kind: 'failed'; readonly name: string; readonly why: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string; readonly need?: string }
  /** What is wrong with the file and not with one of its tests. */
  | { readonly kind: 'broken'; readonly why: string };

/** Over the pipe to the runner, which is written at once: what was told is known even if the process dies next. */
export function report(message: Report): void {
  if (process.connected) process.send?.({ report: message });
}

/** The error as a person reads it: message, then the stack's lines that are not Node's or the test library's. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && isOurs(line));
  const { details } = error as { details?: string | false };
  const difference = details ? stripVTControlCharacters(details).trimEnd().split('\n') : [];
  return [`${error.name}: ${error.message}`, ...difference, ...frames.slice(0, 6)].join('\n');
}

const isOurs = (frame: string): boolean =>
  !/node:|node_modules\/(uvu|tsx)\/|test\/helpers\/(assert|suite)\.ts/.test(frame);
