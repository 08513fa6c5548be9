import { DbcredsError, type Hint } from '../errors.ts';
import type { Record, Slot } from '../profiles/record.ts';
import { Secret } from '../secret.ts';

/** A record as it is stored: names are words, times ISO text in UTC without milliseconds. */
export interface StoredRecord {
  readonly [key: string]: unknown;
}

const version = 1;
const recordKeys =
  'v targets production current pending previous rotationId discardAt unpushed revision'.split(' ');
const slotKeys = ['password', 'setAt', 'expiresAt', 'user'];
const slotNames = ['current', 'pending', 'previous'] as const;

/** Windows' Credential Manager takes 2,560 bytes of UTF-16. */
const limit = 1280;

/** The text that a keychain entry holds. `before`: the text that it replaces, see {@link toStored}. */
export function encode(record: Record, before?: string): string {
  return JSON.stringify(toStored(record, before === undefined ? undefined : parse(before)));
}

/** @param id the profile's, for the error alone. @throws DbcredsError `RECORD_INVALID`, which never quotes the content */
export function decode(text: string, id: string): Record {
  return fromStored(parse(text), id);
}

/** `undefined` where it is not JSON: V8's error would quote the content. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param before what is stored now: keys that a newer version wrote into it stay, and those of a password go where the
 *   password goes
 */
export function toStored(record: Record, before?: unknown): StoredRecord {
  const old = isObject(before) && before.v === version ? before : {};
  const slots = slotNames.map((name) => old[name]).filter(isObject);
  const slot = (one: Slot | undefined): StoredRecord | undefined => one && storedSlot(one, slots);
  return defined({
    v: version,
    targets: record.targets,
    production: record.production,
    current: slot(record.current),
    pending: slot(record.pending),
    previous: slot(record.previous),
    rotationId: record.rotationId,
    discardAt: record.discardAt === undefined ? undefined : formatTime(record.discardAt),
    unpushed: record.unpushed?.length ? record.unpushed : undefined,
    revision: record.revision,
    ...unknownKeys(old, recordKeys),
  });
}

function storedSlot(slot: Slot, old: readonly StoredRecord[]): StoredRecord {
  const password = slot.password.reveal();
  return defined({
    password,
    setAt: slot.setAt === undefined ? undefined : formatTime(slot.setAt),
    expiresAt: slot.expiresAt === undefined ? undefined : formatTime(slot.expiresAt),
    user: slot.user,
    ...unknownKeys(old.find((one) => one.password === password) ?? {}, slotKeys),
  });
}

const formatTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const defined = (value: StoredRecord): StoredRecord =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

const unknownKeys = (value: StoredRecord, known: readonly string[]): StoredRecord =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !known.includes(key)));

const isObject = (value: unknown): value is StoredRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param id the profile's, for the error alone. @throws DbcredsError `RECORD_INVALID` */
export function fromStored(value: unknown, id: string): Record {
  if (!isObject(value)) throw invalid(id, 'it is not a JSON object');
  if (value.v !== version)
    throw invalid(id, `it was not written in version ${version} of the format, the one that is known here`);
  const { targets, production, revision } = value;
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every((one) => typeof one === 'string'))
    throw invalid(id, 'targets is not a list of texts');
  if (typeof production !== 'boolean') throw invalid(id, 'production is neither true nor false');
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1)
    throw invalid(id, 'revision is not a whole number from 1');
  const current = readSlot(value.current, id, 'current');
  return { targets, production, current, ...duringRotation(value, id), revision };
}

/** What is there in the course of a rotation, and for a while after. */
function duringRotation(
  { pending, previous, rotationId, discardAt, unpushed }: StoredRecord,
  id: string,
): Pick<Record, 'pending' | 'previous' | 'rotationId' | 'discardAt' | 'unpushed'> {
  if (rotationId !== undefined && typeof rotationId !== 'string')
    throw invalid(id, 'rotationId is not a text');
  if (
    unpushed !== undefined &&
    !(Array.isArray(unpushed) && unpushed.every((one) => typeof one === 'string'))
  )
    throw invalid(id, 'unpushed is not a list of texts');
  return {
    ...(pending === undefined ? {} : { pending: readSlot(pending, id, 'pending') }),
    ...(previous === undefined ? {} : { previous: readSlot(previous, id, 'previous') }),
    ...(rotationId === undefined ? {} : { rotationId }),
    ...(discardAt === undefined ? {} : { discardAt: readTime(discardAt, id, 'discardAt') }),
    ...(unpushed === undefined ? {} : { unpushed }),
  };
}

function readSlot(value: unknown, id: string, name: string): Slot {
  if (!isObject(value)) throw invalid(id, `${name} is not an object`);
  const { password, user } = value;
  if (typeof password !== 'string') throw invalid(id, `${name}.password is not a text`);
  if (user !== undefined && typeof user !== 'string') throw invalid(id, `${name}.user is not a text`);
  return {
    password: new Secret(password),
    ...(value.setAt === undefined ? {} : { setAt: readTime(value.setAt, id, `${name}.setAt`) }),
    ...(value.expiresAt === undefined
      ? {}
      : { expiresAt: readTime(value.expiresAt, id, `${name}.expiresAt`) }),
    ...(user === undefined ? {} : { user }),
  };
}

function readTime(value: unknown, id: string, name: string): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // Date.parse rolls a 30th of February over: what does not come back as it was is no date.
  if (Number.isNaN(ms) || formatTime(ms) !== value)
    throw invalid(id, `${name} is not a time such as 2026-08-14T10:00:00Z`);
  return ms;
}

function invalid(id: string, why: string): DbcredsError {
  return new DbcredsError('RECORD_INVALID', {
    message: `the stored record of ${id} cannot be understood: ${why}`,
    note: 'Its content is not shown, since it may hold a password.',
    hints: storeAnew(id),
  });
}

const storeAnew = (id: string): Hint[] => {
  const name = id.slice(id.indexOf('/') + 1);
  return [
    ['forget it:', `dbcreds remove ${name}`],
    ['store it anew:', `dbcreds add ${name}`],
  ];
};

/** As many push commands as a rotation has room for, whatever the password. */
const usualPushes: readonly string[] = Array(4).fill('x'.repeat(12));

/**
 * Whether the record has room in every system's keychain, now and during a rotation, when the current, the pending and
 * the previous password are there at once, the old one for a while, and push commands have not said yes.
 *
 * @throws DbcredsError `RECORD_TOO_LARGE`
 */
export function assertFits(record: Record): void {
  const stored = toStored({ rotationId: '0'.repeat(36), discardAt: 0, ...record });
  const slots = slotNames.map((name) => stored[name]).filter(isObject);
  const full = {
    ...stored,
    ...Object.fromEntries(slotNames.map((name) => [name, longest(slots.map(withDates))])),
    unpushed: longest([usualPushes, record.unpushed ?? []]),
    revision: 999_999,
  };
  const size = JSON.stringify(full).length;
  if (size < limit) return;
  throw new DbcredsError('RECORD_TOO_LARGE', {
    message: `the record is ${size - limit + 1} UTF-16 units too large`,
    facts: [
      ['size', `${size} with the three passwords of a rotation`],
      ['limit', `${limit - 1}, so that it fits every system's keychain`],
    ],
    note: 'A password may have about 240 characters; long user, host and database names, shared targets and many push commands take from that.',
  });
}

/** The one with the longest text. */
function longest<T>(values: readonly T[]): T | undefined {
  return [...values].sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
}

/** A slot of the rotation will have both dates, even if this one has not. */
const withDates = (slot: StoredRecord): StoredRecord => ({
  setAt: formatTime(0),
  expiresAt: formatTime(0),
  ...slot,
});
