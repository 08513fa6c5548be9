import type { StoredRecord } from '../codec.ts';

/** What is inside the encrypted file: every record, and for whom the file is. */
export interface Document {
  /** Keys of a newer version stay. */
  readonly [key: string]: unknown;
  readonly v: 1;
  /** `age1...`, own ones included: an age file itself does not tell for whom it is. Absent for passphrases. */
  readonly recipients?: readonly string[];
  /** Record by id. */
  readonly records: { readonly [id: string]: unknown };
}

export const emptyDocument: Document = { v: 1, records: {} };

/** @returns why it cannot be used, as text that follows "it" and quotes nothing */
export function parseDocument(text: string): Document | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8 quotes the text around the place.
    return 'does not hold JSON';
  }
  if (!isObject(value)) return 'does not hold a JSON object';
  if (value.v !== 1) return 'was not written in version 1 of the format, the one that is known here';
  if (!isObject(value.records)) return 'has no object "records" in it';
  const { recipients } = value;
  if (
    recipients !== undefined &&
    !(Array.isArray(recipients) && recipients.every((one) => typeof one === 'string'))
  )
    return 'has "recipients" that are no list of texts';
  return value as unknown as Document;
}

export const formatDocument = (document: Document): string => `${JSON.stringify(document, undefined, 1)}\n`;

/** The record as it is stored. `undefined`: there is none. */
export function storedIn(document: Document, id: string): unknown {
  return Object.hasOwn(document.records, id) ? document.records[id] : undefined;
}

/** The document with one record replaced, or taken out. */
export function withRecord(document: Document, id: string, record: StoredRecord | undefined): Document {
  const others = Object.entries(document.records).filter(([name]) => name !== id);
  return { ...document, records: Object.fromEntries(record ? [...others, [id, record]] : others) };
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
