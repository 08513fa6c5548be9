/** Texts that stand for each other: as it is here, as the document has it. */
export type Names = readonly (readonly [here: string, documented: string])[];

const rules: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?/g, 'DATE'],
  [/\bless than a minute\b|\b\d+ (days?|hours?|minutes?|seconds?)\b/g, 'SPAN'],
  [/\b[0-9a-f]{64}\b/g, 'HASH'],
  [/\b(PostgreSQL|MySQL|MariaDB) \d[\w.-]*/g, '$1 VERSION'],
  [/(?<![\w:/.@-])(~|\/)[^\s"']*\//g, 'PATH/'],
  [/\b(localhost|db\.test|[\w.-]+\.company\.(com|example))(:\d+)?\b/g, 'HOST'],
  [/[-+]{3,}/g, '---'],
  [/[ \t]+/g, ' '],
];

/** What stays the same from one day and machine to the next: no date, span, host, port, folder, version or column width. */
export function lasting(text: string, names: Names = []): string[] {
  const renamed = names.reduce((result, [here, there]) => result.replaceAll(here, there), text);
  const lines = rules.reduce((result, [pattern, name]) => result.replace(pattern, name), renamed).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** Whether the output is what a document shows; a line `...` there stands for any lines. */
export function isLike(shown: readonly string[], output: string, names: Names): boolean {
  return matches(lasting(shown.join('\n')), lasting(output, names));
}

function matches(shown: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return lines.length === 0;
  if (first === '...') return lines.some((_, at) => matches(rest, lines.slice(at))) || rest.length === 0;
  return first === lines[0] && matches(rest, lines.slice(1));
}
