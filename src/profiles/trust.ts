import { join } from 'node:path';
import type { Context } from '../context.ts';
import { DbcredsError, shellWord } from '../errors.ts';
import { readPrivate } from '../files.ts';
import type { Seal } from './seal.ts';

/** Which seal was allowed for which profile, from which file: profile id, then the file's real path. */
export type Trust = Readonly<Record<string, Readonly<Record<string, Seal>>>>;

/** `trust.json`: the places that may use a record. Private to the user. */
export function trustFile(context: Context): string {
  return join(context.folders.data, 'trust.json');
}

/** @throws DbcredsError where the file is there but cannot be read: nothing is trusted by accident */
export function readTrust(context: Context): Trust {
  const file = trustFile(context);
  const content = readPrivate(file);
  if (content === undefined) return {};
  const places = placesOf(content.toString('utf8'));
  if (places === undefined)
    throw new DbcredsError('BAD_PROFILE', {
      message: `${file} cannot be understood`,
      note: 'It says which profile files may use which passwords. Without it every place has to be allowed anew.',
      hints: [['start it anew:', `rm ${shellWord(file)}`]],
    });
  return places;
}

function placesOf(text: string): Trust | undefined {
  try {
    const { v, places } = (JSON.parse(text) ?? {}) as { v?: unknown; places?: unknown };
    return v === 1 && typeof places === 'object' && places !== null ? (places as Trust) : undefined;
  } catch {
    return undefined;
  }
}

/** The seal that was allowed for a profile of a file, if any. */
export function allowedSeal(trust: Trust, id: string, file: string): Seal | undefined {
  return trust[id]?.[file];
}

/** The trust with one more place, or the place's new seal. */
export function withPlace(trust: Trust, id: string, file: string, seal: Seal): Trust {
  return { ...trust, [id]: { ...trust[id], [file]: seal } };
}

/** The trust without a profile: its password was removed. */
export function withoutProfile(trust: Trust, id: string): Trust {
  return Object.fromEntries(Object.entries(trust).filter(([key]) => key !== id));
}

/** The file's text. */
export function trustText(places: Trust): string {
  return `${JSON.stringify({ v: 1, places }, null, 2)}\n`;
}
