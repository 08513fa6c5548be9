import { DbcredsError } from '../errors.ts';
import type { Options } from './command.ts';

/** The value of an option that takes one. @throws DbcredsError `USAGE` where it is given twice */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  if (typeof value === 'string' || value === undefined) return value;
  throw usage(`--${kebab(name)} is given more than once`);
}

/** The values of an option that may be repeated. */
export function texts(options: Options, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Whether a switch is on. */
export function flag(options: Options, name: string): boolean {
  return options[name] === true;
}

/** An error in how a command was typed. */
export function usage(message: string, hints: DbcredsError['hints'] = []): DbcredsError {
  return new DbcredsError('USAGE', { kind: 'usage', message, hints });
}

/** `tlsCa` -> `tls-ca`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
