import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { project } from '../test/services/cache.ts';
import type { Timing } from './measure.ts';

/** All that was measured of one subject. Bytes. */
export interface Row {
  readonly name: string;
  readonly profiles: number | undefined;
  readonly aim: number | undefined;
  readonly wall: Timing;
  readonly cpu: Timing;
  readonly peak: number | undefined;
  readonly resident: number | undefined;
}

/** All that was measured under one Node. */
export interface Column {
  readonly node: string;
  /** It becomes the command; else it spawns it and stays. */
  readonly exec: boolean;
  readonly rows: readonly Row[];
}

export const heading = ({ node, exec }: Column): string =>
  `### Node ${node}, ${exec ? 'which becomes the command' : 'which starts the command and stays'}`;

/** One profile in the project; the others are in {@link growth}. */
const shown = ({ rows }: Column): Row[] => rows.filter(({ profiles = 1 }) => profiles === 1);

const times = (value: number): string => value.toFixed(2);
const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '-' : `${(bytes / 1e6).toFixed(bytes > 0 && bytes < 1e7 ? 1 : 0)} MB`;

export function table(column: Column): string {
  const head = ['', 'wall', 'half of the pairs', 'aim', 'CPU', 'peak memory', 'while the command sleeps'];
  const lines = shown(column).map((row) => [
    row.name,
    `**${times(row.wall.ratio)}** (${row.wall.ms.toFixed(0)} ms)`,
    row.wall.quartiles.map(times).join(' to '),
    row.aim === undefined
      ? ''
      : `${times(row.aim)} ${Number(times(row.wall.ratio)) > row.aim ? 'missed' : 'met'}`,
    `${times(row.cpu.ratio)} (${row.cpu.ms.toFixed(0)} ms)`,
    megabytes(row.peak),
    megabytes(row.resident),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** How many times as long the heavier ones take; the aim is three. */
export function verdict(column: Column): string {
  const ours = shown(column).filter(({ name }) => name.startsWith('dbcreds'));
  if (ours.length === 0) return '';
  const theirs = shown(column).filter(({ name }) => /^(dotenvx|varlock)/.test(name));
  return theirs
    .map((their) => {
      const each = ours.map((our) => `${(their.wall.ratio / our.wall.ratio).toFixed(1)} x ${our.name}`);
      return `${their.name} takes ${each.join(', ')}.`;
    })
    .join('\n');
}

const width = 60;

/** Wall time as bars. */
export function chart(column: Column): string {
  const rows = shown(column);
  const longest = Math.max(...rows.map(({ wall }) => wall.ratio));
  const space = Math.max(...rows.map(({ name }) => plain(name).length));
  const bars = rows.map(({ name, wall }) => {
    const bar = '█'.repeat(Math.max(1, Math.round((wall.ratio / longest) * width)));
    return `${plain(name).padEnd(space)} ${bar} ${times(wall.ratio)}`;
  });
  return ['```text', ...bars, '```'].join('\n');
}

const plain = (name: string): string => name.replaceAll('`', '');

/** Wall time by the number of profiles in the project's file. */
export function growth(columns: readonly Column[]): string {
  const all = columns.flatMap(({ node, rows }) =>
    rows.map((row) => ({ ...row, name: `${row.name}, Node ${node.split('.')[0]}` })),
  );
  const sizes = [...new Set(all.flatMap(({ profiles }) => profiles ?? []))];
  const names = [...new Set(all.filter(({ profiles }) => profiles).map(({ name }) => name))];
  if (names.length === 0) return '';
  const cell = (name: string, size: number): string => {
    const row = all.find((one) => one.name === name && one.profiles === size);
    return row ? `${times(row.wall.ratio)} (${row.wall.ms.toFixed(0)} ms)` : '-';
  };
  const lines = names.map((name) => [name, ...sizes.map((size) => cell(name, size))]);
  const head = ['profiles in the file', ...sizes.map((size) => size.toLocaleString('en'))];
  const text = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `### As the project grows\n\n${text}`;
}

const marks = ['<!-- bench -->', '<!-- bench ends -->'] as const;

/** Puts the tables between the two marks of `docs/performance.md`. */
export function writePage(
  text: string,
  rounds: number,
  file: string = join(project, 'docs/performance.md'),
): void {
  const [before, rest] = readFileSync(file, 'utf8').split(marks[0]);
  const after = rest?.split(marks[1])[1];
  if (before === undefined || after === undefined) throw new Error(`${file} lacks the marks of the bench`);
  const made = `${marks[0]}\n\n${machine(rounds)}\n\n${text}\n\n${marks[1]}`;
  writeFileSync(file, `${before}${made}${after}`);
}

function machine(rounds: number): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  const system = `${type()} ${release().split('-')[0]}`;
  const cores = `${availableParallelism()} cores${cpu?.model ? ` (${cpu.model.trim()})` : ''}`;
  return `${rounds} pairs each, ${date}, ${system}, ${cores}, ${memory} GB.`;
}
