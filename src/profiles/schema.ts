import * as v from 'valibot';
import { parseDuration } from './duration.ts';
import type { Entry, ProjectFile, UserFile } from './entry.ts';
import { urlStyles } from './reserved.ts';
import { plainText } from './text.ts';

const duration = v.pipe(
  v.string(),
  v.check((text) => parseDuration(text) !== undefined, 'a duration such as "90d", "12h" or "30m"'),
);
const line = v.pipe(v.string(), v.regex(plainText, 'text without control characters'));
const filled = v.pipe(line, v.minLength(1, 'text that is not empty'));
const port = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(1, 'a port from 1'),
  v.maxValue(65_535, 'a port up to 65535'),
);
/** What the name of a variable may be. POSIX's portable names. */
const variable = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'));

/** Every key of one profile. `null` from a user's override is not a value: leave the key out instead. */
export const profileSchema: v.GenericSchema<unknown, Entry> = v.strictObject({
  description: v.optional(line),
  url: v.optional(filled),
  engine: v.optional(v.picklist(['postgresql', 'postgres', 'mysql', 'mariadb'])),
  host: v.optional(filled),
  port: v.optional(port),
  database: v.optional(filled),
  user: v.optional(filled),
  hostAddress: v.optional(filled),
  production: v.optional(v.boolean()),
  tls: v.optional(
    v.strictObject({
      mode: v.optional(v.picklist(['disable', 'require', 'verify-ca', 'verify-full'])),
      ca: v.optional(filled),
      cert: v.optional(filled),
      key: v.optional(filled),
      because: v.optional(filled),
      nodeExtraCa: v.optional(v.boolean()),
    }),
  ),
  expires: v.optional(v.union([v.literal('none'), duration], 'a duration such as "90d", or "none"')),
  warn: v.optional(duration),
  onExpired: v.optional(v.picklist(['refuse', 'warn'])),
  provider: v.optional(v.picklist(['keychain', 'file', 'env', 'dotenv'])),
  file: v.optional(v.strictObject({ path: v.optional(filled) })),
  urlStyle: v.optional(v.picklist(urlStyles)),
  params: v.optional(
    v.record(filled, v.union([line, v.number(), v.boolean()], 'text, a number, true or false')),
  ),
  inject: v.optional(v.record(variable, line)),
  credential: v.optional(filled),
  serverUser: v.optional(filled),
  readOnly: v.optional(filled),
  access: v.optional(v.picklist(['read-only', 'read-write', 'owner'])),
  reason: v.optional(v.picklist(['always', 'no-terminal'])),
  log: v.optional(v.picklist(['required'])),
  confirmFor: v.optional(duration),
  nested: v.optional(v.boolean()),
  soleHolder: v.optional(v.boolean()),
  rotation: v.optional(
    v.strictObject({
      host: v.optional(filled),
      admin: v.optional(filled),
      roles: v.optional(v.pipe(v.array(filled), v.length(2, 'two roles'))),
      grace: v.optional(duration),
      push: v.optional(v.array(v.pipe(v.array(filled), v.minLength(1, 'a command and its arguments')))),
    }),
  ),
  incident: v.optional(v.strictObject({ contact: v.optional(filled) })),
});

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9_-]*$/, 'a name of lower-case letters, digits, "_" and "-"'),
);

/** Looked at as a whole: `v.record` would copy every key, which takes 37 ms for 10,000 profiles. */
const entries = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null,
  'an object: name to profile',
);

/** All of a project's `dbcreds.json` but the profiles, which are read one by one. */
export const projectSchema: v.GenericSchema<unknown, ProjectFile> = v.strictObject({
  $schema: v.optional(v.string()),
  project: name,
  default: v.optional(name),
  profiles: v.optional(entries),
});

/** The same of the user's `profiles.json`. */
export const userSchema: v.GenericSchema<unknown, UserFile> = v.strictObject({
  $schema: v.optional(v.string()),
  default: v.optional(name),
  profiles: v.optional(entries),
});
