/** Every scalar is a string here. */
export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

/**
 * Reads the YAML that workflows, compose files and manifests need: maps, lists, plain and quoted scalars, `[a, b]`, `{}` and `|`. One
 * document.
 *
 * @throws for a line that it does not understand: nothing is skipped
 */
export function parseYaml(source: string): Yaml {
  const lines = linesOf(source);
  const [value, end] = block(lines, 0, lines[0]?.indent ?? 0);
  if (end < lines.length) throw odd(lines[end] as Line);
  return value;
}

/** Follows keys and list indices. @throws where there is nothing */
export function at(yaml: Yaml, ...path: readonly (string | number)[]): Yaml {
  return path.reduce<Yaml>((value, key) => {
    const found = typeof value === 'string' ? undefined : (value as Record<string | number, Yaml>)[key];
    if (found === undefined) throw new Error(`there is no ${path.join('.')}: ${key} is missing`);
    return found;
  }, yaml);
}

/** The keys and values of a map; none where it is missing. @throws where it is no map */
export function mapOf(yaml: Yaml | undefined): Record<string, Yaml> {
  if (yaml === undefined) return {};
  if (typeof yaml === 'string' || Array.isArray(yaml)) throw new Error(`no map: ${JSON.stringify(yaml)}`);
  return { ...yaml } as Record<string, Yaml>;
}

/** Blank lines and comments stay out, but for those of a `|`, which are put together into its line. */
function linesOf(source: string): Line[] {
  const raw = source.split('\n');
  const lines: Line[] = [];
  for (let at = 0; at < raw.length; at += 1) {
    const whole = raw[at] ?? '';
    const text = whole.trim();
    const indent = whole.length - whole.trimStart().length;
    if (text === '' || text.startsWith('#')) continue;
    const number = at + 1;
    if (!/: \|-?$/.test(text)) {
      lines.push({ indent, text: uncommented(text), number });
      continue;
    }
    // A list's dash is no indentation of its key.
    const least = indent + (/^(- +)?/.exec(text)?.[0].length ?? 0) + 1;
    const inner: string[] = [];
    while (at + 1 < raw.length && (raw[at + 1]?.trim() === '' || indentOf(raw[at + 1] ?? '') >= least))
      inner.push(raw[++at] ?? '');
    lines.push({ indent, text: `${text.replace(/\|-?$/, '')}${JSON.stringify(dedent(inner))}`, number });
  }
  return lines;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

const uncommented = (text: string): string => (/["']/.test(text) ? text : text.replace(/\s+#.*$/, ''));

function dedent(lines: readonly string[]): string {
  const depth = Math.min(...lines.filter((line) => line.trim()).map(indentOf));
  return `${lines
    .map((line) => line.slice(depth))
    .join('\n')
    .trimEnd()}\n`;
}

function block(lines: readonly Line[], from: number, indent: number): [Yaml, number] {
  return /^-( |$)/.test(lines[from]?.text ?? '') ? list(lines, from, indent) : map(lines, from, indent);
}

function list(lines: readonly Line[], from: number, indent: number): [Yaml, number] {
  const items: Yaml[] = [];
  let at = from;
  for (let line = lines[at]; line?.indent === indent && /^-( |$)/.test(line.text); line = lines[at]) {
    const rest = line.text.replace(/^- */, '');
    const depth = indent + line.text.length - rest.length;
    if (!key(rest)) {
      items.push(scalar(rest, line));
      at += 1;
      continue;
    }
    const [item, end] = map(
      [...lines.slice(0, at), { ...line, indent: depth, text: rest }, ...lines.slice(at + 1)],
      at,
      depth,
    );
    items.push(item);
    at = end;
  }
  return [items, at];
}

function map(lines: readonly Line[], from: number, indent: number): [Yaml, number] {
  const entries: [string, Yaml][] = [];
  let at = from;
  for (let line = lines[at]; line && line.indent === indent; line = lines[at]) {
    const found = key(line.text);
    if (!found) throw odd(line);
    const [name, rest] = found;
    if (entries.some(([other]) => other === name)) throw odd(line);
    const next = lines[at + 1];
    const nested = next && (next.indent > indent || (next.indent === indent && next.text.startsWith('- ')));
    if (rest === '' && nested) {
      const [value, end] = block(lines, at + 1, next.indent);
      entries.push([name, value]);
      at = end;
    } else {
      entries.push([name, scalar(rest, line)]);
      at += 1;
    }
  }
  return [Object.fromEntries(entries), at];
}

/** `name: value` or `name:`. */
function key(text: string): [string, string] | undefined {
  const [, name, rest = ''] = /^([\w$./-]+|"[^"]*"|'[^']*'):(?: +(.*))?$/.exec(text) ?? [];
  return name === undefined ? undefined : [name.replace(/^["']|["']$/g, ''), rest];
}

function scalar(text: string, line: Line): Yaml {
  if (text === '{}') return {};
  if (text.startsWith('[') && text.endsWith(']'))
    return text
      .slice(1, -1)
      .split(/, */)
      .filter(Boolean)
      .map((item) => scalar(item, line));
  if (text.startsWith('"')) return JSON.parse(text) as string;
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  if (/^[[{'&*!|>%@`]/.test(text)) throw odd(line);
  return text;
}

const odd = ({ number, text }: Line): Error => new Error(`line ${number} is not understood: ${text}`);
