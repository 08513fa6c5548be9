import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Source text by path from `src/`, such as `providers/env.ts`. */
export type Tree = ReadonlyMap<string, string>;

export interface Import {
  /** As written: `./x.ts`, `node:fs`. */
  readonly what: string;
  /** `type`: gone after the build. `lazy`: loaded when used. `require`: by Node's own, when used. */
  readonly how: 'static' | 'type' | 'lazy' | 'require';
}

/** Every TypeScript file below the folder. */
export function readTree(folder: string): Tree {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The text without its comments: line by line, which is how a formatter leaves them. */
export function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
    .map((line) => line.replace(/\s\/\/ .*$/, ''))
    .join('\n');
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const call = /\b(import|require(?:\.resolve)?)\(\s*(?:'([^']+)'|([^)]*))/g;

/** All that the file imports, in any way. A computed name comes out as `?` and its text. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const statements = [...code.matchAll(statement)].map(
    ([, type, what = '']): Import => ({ what, how: type ? 'type' : 'static' }),
  );
  const calls = [...code.matchAll(call)].map(
    ([, word, literal, other]): Import => ({
      what: literal ?? `?${other}`,
      how: word === 'import' ? 'lazy' : 'require',
    }),
  );
  return [...statements, ...calls];
}

/** The files of the tree that a file imports. Files that are not there are named as well. */
export function neighbours(tree: Tree, file: string, how: readonly Import['how'][]): string[] {
  return importsOf(tree.get(file) ?? '')
    .filter((found) => how.includes(found.how) && found.what.startsWith('.'))
    .map(({ what }) => normalize(join(dirname(file), what)));
}

/** One way round for each cycle, such as `a.ts -> b.ts -> a.ts`. */
export function cycles(tree: Tree, how: readonly Import['how'][]): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const next of neighbours(tree, file, how)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of tree.keys()) visit(file, []);
  return found;
}

/** All files that are loaded together with this one. */
export function closure(tree: Tree, from: string): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || !tree.has(file)) return;
    found.add(file);
    for (const next of neighbours(tree, file, ['static'])) visit(next);
  };
  visit(from);
  return [...found];
}
