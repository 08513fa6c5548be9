/** Rows of text in columns; the last one is not padded, and a trailing empty cell leaves no blank. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => [...(row[index] ?? '')].length)),
  );
  const pad = (cell: string, index: number): string =>
    cell + ' '.repeat((widths[index] ?? 0) - [...cell].length);
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}
