import { oneLine } from '../terminal.ts';

/**
 * Rows of text in columns, made safe for terminals. The last cell of a row is not padded and does not widen its column, so
 * that a long message in a short row moves nothing; a trailing empty cell leaves no blank.
 */
export function columns(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(oneLine));
  const widths: number[] = [];
  for (const row of safe)
    for (const [index, cell] of row.slice(0, -1).entries())
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  const pad = (cell: string, index: number, row: readonly string[]): string =>
    index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell));
  return safe.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

const widthOf = (cell: string): number => [...cell].length;
