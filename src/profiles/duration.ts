const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Milliseconds of `90d`, `12h`, `30m`, `45s`, `2w` or `0`; `undefined` where the text is none of these. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^([1-9]\d{0,5})([smhdw])$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN);
}

/** `12 days`, `1 day`, `5 hours`: the largest unit that fits, rounded down; never a negative number. */
export function showSpan(milliseconds: number): string {
  const span = Math.abs(milliseconds);
  for (const [unit, size] of [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const) {
    if (span >= size) {
      const count = Math.floor(span / size);
      return `${count} ${unit}${count === 1 ? '' : 's'}`;
    }
  }
  return 'less than a minute';
}

/** `2026-08-14`, in UTC: the same text on every machine of a team. */
export function showDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
