import { parseDuration } from './duration.ts';
import { urlStyles } from './reserved.ts';
import { plainText } from './text.ts';

/** What a value has to pass, one of these words, or an object of no other keys than these, each optional. */
export type Shape = ((value: unknown) => boolean) | readonly string[] | Shapes;
interface Shapes {
  readonly [key: string]: Shape;
}

const text = (value: unknown): value is string => typeof value === 'string';
const line = (value: unknown): value is string => text(value) && plainText.test(value);
const filled = (value: unknown): boolean => line(value) && value !== '';
const yesNo = (value: unknown): boolean => typeof value === 'boolean';
const port = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
const duration = (value: unknown): boolean => text(value) && parseDuration(value) !== undefined;
const name = (value: unknown): boolean => text(value) && /^[a-z0-9][a-z0-9_-]*$/.test(value);
const list = (value: unknown, each: (item: unknown) => boolean): value is readonly unknown[] =>
  Array.isArray(value) && value.every(each);
const object = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The schema takes no key that every object has. */
const map = (value: unknown, key: (key: string) => boolean, part: (part: unknown) => boolean): boolean =>
  object(value) && Object.keys(value).every((one) => !(one in {}) && key(one) && part(value[one]));

const profile: Shapes = {
  description: line,
  url: filled,
  engine: ['postgresql', 'postgres', 'mysql', 'mariadb'],
  host: filled,
  port,
  database: filled,
  user: filled,
  hostAddress: filled,
  production: yesNo,
  tls: {
    mode: ['disable', 'require', 'verify-ca', 'verify-full'],
    ca: filled,
    cert: filled,
    key: filled,
    because: filled,
    nodeExtraCa: yesNo,
  },
  expires: (value) => value === 'none' || duration(value),
  warn: duration,
  onExpired: ['refuse', 'warn'],
  provider: ['keychain', 'file', 'env', 'dotenv'],
  file: { path: filled },
  urlStyle: urlStyles,
  params: (value) => map(value, filled, (part) => line(part) || yesNo(part) || typeof part === 'number'),
  inject: (value) => map(value, (key) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(key), line),
  credential: filled,
  serverUser: filled,
  readOnly: filled,
  access: ['read-only', 'read-write', 'owner'],
  reason: ['always', 'no-terminal'],
  log: ['required'],
  confirmFor: duration,
  nested: yesNo,
  soleHolder: yesNo,
  rotation: {
    host: filled,
    admin: filled,
    roles: (value) => list(value, filled) && value.length === 2,
    grace: duration,
    push: (value) => list(value, (command) => list(command, filled) && command.length > 0),
  },
  incident: { contact: filled },
};

const user: Shapes = { $schema: text, default: name, profiles: object };

/** As `schema.ts` has them: this is how a run looks at them, in a hundredth of the time that loading the schema takes. */
export const shapes: { readonly [kind in 'profile' | 'project' | 'user']: Shapes } = {
  profile,
  user,
  project: { ...user, project: name },
};

/**
 * Whether the value is surely right. What is not may be right all the same; a test holds this against the schema.
 *
 * @param shape one of {@link shapes}
 */
export function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'function') return shape(value);
  if (isWords(shape)) return text(value) && shape.includes(value);
  if (!object(value) || (shape === shapes.project && !('project' in value))) return false;
  return Object.keys(value).every((key) => {
    const part = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return part !== undefined && fits(value[key], part);
  });
}

const isWords = (shape: Shape): shape is readonly string[] => Array.isArray(shape);

/** Keys that count in the user's file alone: a repository must not claim them. */
export const userOnly: readonly (readonly string[])[] = [['soleHolder'], ['rotation', 'push']];
