import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** An encoding's name, so that a failure says which one, and the bytes to look for. */
type Forms = readonly (readonly [name: string, bytes: Buffer])[];

/**
 * Every way in which a secret could come out: as it is, and as each of the things that programs do to text. Those that
 * come to the same bytes are one.
 *
 * @throws where the secret is so short that it would be found by chance
 */
export function encodings(secret: string): Forms {
  if (secret.length < 8) throw new Error('a secret below 8 characters is found by chance');
  const bytes = Buffer.from(secret);
  const percent = encodeURIComponent(secret);
  const all = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const text: Record<string, string> = {
    raw: secret,
    url: percent,
    'url, lower case': percent.replace(/%../g, (code) => code.toLowerCase()),
    'url, strict': percent.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    'url, every byte': all,
    'url, every byte, upper case': all.toUpperCase(),
    form: new URLSearchParams({ x: secret }).toString().slice(2),
    json: JSON.stringify(secret).slice(1, -1),
    'json, ASCII': asciiJson(secret),
    sql: secret.replaceAll("'", "''"),
    'sql, backslashes': secret.replace(/['"\\]/g, '\\$&'),
    'sql, both': secret.replaceAll('\\', '\\\\').replaceAll("'", "''"),
    'double-quoted': secret.replace(/["\\$`]/g, '\\$&'),
    'shell-quoted': secret.replaceAll("'", "'\\''"),
    xml: secret.replace(
      /[&<>"']/g,
      (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[c] ?? '#39'};`,
    ),
    passfile: secret.replace(/[:\\]/g, '\\$&'),
    hex: bytes.toString('hex'),
    'hex, upper case': bytes.toString('hex').toUpperCase(),
    reversed: [...secret].reverse().join(''),
  };
  const forms: Forms = [
    ...[...Object.entries(text), ...base64(bytes)].map(([name, form]) => [name, Buffer.from(form)] as const),
    ['UTF-16LE', Buffer.from(secret, 'utf16le')],
    ['UTF-16BE', Buffer.from(secret, 'utf16le').swap16()],
    ['latin1', Buffer.from(secret, 'latin1')],
  ];
  return forms.filter(([, form], at) => forms.findIndex(([, other]) => other.equals(form)) === at);
}

const asciiJson = (secret: string): string =>
  JSON.stringify(secret)
    .slice(1, -1)
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** At each of the three offsets, without the characters at the ends that neighbours would change. */
function* base64(bytes: Buffer): Generator<[string, string]> {
  for (const offset of [0, 1, 2]) {
    const before = Buffer.alloc(offset);
    const whole = Buffer.concat([before, bytes]);
    const usable = Math.floor((whole.length * 8) / 6);
    const from = Math.ceil((offset * 8) / 6);
    yield [`base64 at offset ${offset}`, whole.toString('base64').slice(from, usable)];
    yield [`base64url at offset ${offset}`, whole.toString('base64url').slice(from, usable)];
  }
}

/** The names of the encodings of the secret that the text or bytes hold. */
export function findSecret(where: string | Buffer, secret: string): string[] {
  return find(where, encodings(secret));
}

function find(where: string | Buffer, forms: Forms): string[] {
  const bytes = typeof where === 'string' ? Buffer.from(where) : where;
  return forms.filter(([, form]) => bytes.includes(form)).map(([name]) => name);
}

/** Looks into every file below the folders, their names and where links lead. One line for each find. */
export function searchFolders(folders: readonly string[], secret: string): string[] {
  return searchFor(folders, encodings(secret));
}

function searchFor(folders: readonly string[], forms: Forms): string[] {
  return folders.flatMap((folder) => [...files(folder)]).flatMap((file) => lookInto(file, forms));
}

function* files(folder: string): Generator<string> {
  // A database server's shared memory: its own business, and large.
  for (const entry of list(folder).filter((name) => !name.startsWith('PostgreSQL.'))) {
    const path = join(folder, entry);
    yield path;
    if (stat(path)?.isDirectory()) yield* files(path);
  }
}

function lookInto(path: string, forms: Forms): string[] {
  const kind = stat(path);
  const link = kind?.isSymbolicLink() ? readlinkSync(path) : '';
  const content = kind?.isFile() ? attempt(() => readFileSync(path)) : undefined;
  return [
    ...find(path, forms).map((name) => `the name of ${path} (${name})`),
    ...find(link, forms).map((name) => `the link ${path} (${name})`),
    ...(content ? find(content, forms).map((name) => `${path} (${name})`) : []),
  ];
}

const stat = (path: string): ReturnType<typeof lstatSync> | undefined => attempt(() => lstatSync(path));
const list = (folder: string): string[] => attempt(() => readdirSync(folder)) ?? [];

/** Files and processes come and go while they are looked at. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

export interface Watch {
  /** How often everything was looked at. */
  readonly rounds: number;
  /** Processes seen that were not there before: proof that the watch looked at the right time. */
  readonly processes: number;
  /** One line for each find. */
  readonly finds: readonly string[];
}

/**
 * While the action runs, looks again and again at the command line of every process, at the folders, and at the memory
 * folder that all programs share. The action must leave the event loop free, as a child process does.
 */
export async function watchFor<T>(
  secret: string,
  folders: readonly string[],
  action: () => Promise<T>,
): Promise<{ value: T; watch: Watch }> {
  const forms = encodings(secret);
  const known = new Set(processes());
  const finds = new Set<string>();
  const fresh = new Set<string>();
  const look = (): void => {
    for (const pid of processes()) {
      if (known.has(pid)) continue;
      fresh.add(pid);
      for (const name of find(commandLine(pid), forms)) finds.add(`the command line of a process (${name})`);
    }
    for (const find of searchFor([...folders, '/dev/shm'], forms)) finds.add(find);
  };
  let [over, rounds] = [false, 0];
  const watching = (async () => {
    for (; !over; rounds += 1) {
      look();
      await nextTurn();
    }
  })();
  const value = await action().finally(() => {
    over = true;
  });
  await watching;
  return { value, watch: { rounds, processes: fresh.size, finds: [...finds] } };
}

const processes = (): string[] => list('/proc').filter((name) => /^\d+$/.test(name));

function commandLine(pid: string): Buffer {
  const buffer = Buffer.alloc(1 << 16);
  const length = attempt(() => {
    const fd = openSync(`/proc/${pid}/cmdline`, 'r');
    try {
      return readSync(fd, buffer);
    } finally {
      closeSync(fd);
    }
  });
  return buffer.subarray(0, length ?? 0);
}
