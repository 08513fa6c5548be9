import { type Checked, diagnose } from './diagnose.ts';
import { fits, shapes } from './shape.ts';

/**
 * Checks what a file holds. The error names the file, the path in it, what was found, what would be right, and for an
 * unknown key the nearest known one.
 *
 * @param at where in the file the value stands, such as `profiles.prod`
 */
export function validate<K extends keyof Checked>(
  kind: K,
  value: unknown,
  file: string,
  at: readonly string[],
): Checked[K] {
  // What does not fit at a glance may be right all the same: the schema, which takes longer to load, has the last word.
  return fits(value, shapes[kind]) ? (value as Checked[K]) : diagnose(kind, value, file, at);
}
