// Writes schema.json, the JSON Schema of dbcreds.json, from the schema that the program itself checks by:
//   node --import tsx scripts/schema.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { profileSchema, projectSchema } from '../src/profiles/schema.ts';
import { userOnly } from '../src/profiles/shape.ts';
import { entryWords, fileWords, type Words } from './schema-words.ts';

/** A JSON Schema, as far as it is looked into here. */
export interface Node {
  description?: string;
  pattern?: string;
  properties?: { [key: string]: Node };
  [keyword: string]: unknown;
}

// As `parseDuration` reads it. The program checks it by a function, which no schema can hold.
const duration = '^(0|[1-9][0-9]{0,5}[smhdw])$';

/** The text of schema.json. @throws where a key has no description, or a description no key */
export function schemaText(): string {
  const file = convert(projectSchema);
  const entry = convert(profileSchema);
  // Both count in the user's own file alone: there a project's dbcreds.json is refused.
  for (const path of userOnly) remove(entry, path);
  describe(entry, entryWords, 'profiles.*');
  const properties = file.properties ?? {};
  properties.profiles = {
    type: 'object',
    propertyNames: { pattern: namePattern },
    additionalProperties: entry,
  };
  describe(file, fileWords, '');
  const head = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'dbcreds.json',
    description: 'The database environments of a project. It holds no secret and is committed with the code.',
  };
  return `${JSON.stringify({ ...head, ...file }, null, 2)}\n`;
}

const namePattern = '^[a-z0-9][a-z0-9_-]*$';

/** `ignore`: a check by a function has no counterpart, and its text has to do. */
function convert(schema: GenericSchema): Node {
  const { $schema: _, ...node } = toJsonSchema(schema as never, { errorMode: 'ignore' }) as Node;
  return node;
}

function remove(entry: Node, path: readonly string[]): void {
  const [key = '', ...rest] = path;
  const found = entry.properties?.[key];
  if (rest.length > 0 && found) remove(found, rest);
  else delete entry.properties?.[key];
}

function describe(node: Node, words: Words, at: string): void {
  const properties = node.properties ?? {};
  const idle = Object.keys(words).find((key) => key !== '' && !(key in properties));
  if (idle !== undefined) throw new Error(`${at} ${idle} is described and does not exist`);
  for (const [key, child] of Object.entries(properties)) {
    const said = words[key];
    if (said === undefined) throw new Error(`${at} ${key} has no description`);
    child.description = typeof said === 'string' ? said : said[''];
    if (typeof said !== 'string') describe(child, said, `${at}.${key}`);
    if (durations.includes(key)) toDuration(child, key);
  }
}

const durations: readonly string[] = ['warn', 'confirmFor', 'grace', 'expires'];

function toDuration(node: Node, key: string): void {
  delete node.anyOf;
  node.type = 'string';
  node.pattern = key === 'expires' ? duration.replace('(', '(none|') : duration;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(join(import.meta.dirname, '../schema.json'), schemaText());
