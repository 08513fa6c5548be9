import { existsSync, readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { DbcredsError, named } from '../errors.ts';
import {
  type ClientFile,
  type Connection,
  cleared,
  clientFile,
  connectionOf,
  inject,
  pristine,
  verifies,
} from '../inject/index.ts';
import { nearest } from '../profiles/nearest.ts';
import type { Slot } from '../profiles/record.ts';
import { Secret } from '../secret.ts';
import { systemBundle } from './files.ts';
import { tokenOf } from './nested.ts';
import type { Scene } from './request.ts';
import type { Held } from './store.ts';

/** What the child will get, decided and not yet carried out. */
export interface ChildEnvironment {
  /** The inherited variables that stay. */
  readonly kept: Readonly<Record<string, string>>;
  readonly set: Readonly<Record<string, string | Secret>>;
  readonly files: readonly ClientFile[];
}

/** A selection with the password to use, once a cut-off rotation was healed. */
export interface Ready extends Held {
  readonly slot: Slot;
}

/** Clears what must not be inherited, then sets. */
export async function environmentOf(scene: Scene, ready: readonly Ready[]): Promise<ChildEnvironment> {
  const { context, request } = scene;
  const inherited = cleared(
    context.env,
    ready.map(({ profile }) => profile.target.engine),
  );
  const kept = request.pristine ? pristine(inherited) : inherited;
  const fromFile = request.envFile === undefined ? {} : await readEnvFile(scene, request.envFile);
  const parts = ready.map((one) => injectionOf(scene, one));
  const generated = Object.assign({}, ...parts.map(({ set }) => set)) as Record<string, string | Secret>;
  const active = [request.nested ? context.env.DBCREDS_ACTIVE : undefined, ...ready.map(tokenOf)].filter(
    Boolean,
  );
  return {
    kept,
    set: { ...fromFile, ...pickOnly(generated, request.only), DBCREDS_ACTIVE: active.join(',') },
    files: parts.flatMap(({ files }) => files),
  };
}

function injectionOf({ context, request }: Scene, ready: Ready): ReturnType<typeof inject> {
  const { profile, prefix, files } = ready;
  const { connection, files: shared } = connectionFor(context, ready);
  const urlStyle = request.urlStyle ?? profile.urlStyle;
  const extraCa =
    profile.tls.nodeExtraCa && files.ca
      ? { extraCa: withInherited(files.ca, context.env.NODE_EXTRA_CA_CERTS) }
      : {};
  const options = { urlStyle, prefix, cache: context.folders.cache, ...extraCa };
  const { set, files: own } = inject(profile, connection, options);
  return { set, files: [...own, ...shared] };
}

/** The connection of a login, and the files that its paths name, which the caller writes. */
export function connectionFor(
  { folders }: Context,
  { profile, slot, files, readOnly }: Ready,
): { connection: Connection; files: ClientFile[] } {
  const caFile =
    files.ca && profile.tls.mode !== 'disable' ? clientFile(folders.cache, 'ca.pem', files.ca) : undefined;
  const system = caFile === undefined && verifies(profile.tls.mode) ? systemBundle() : undefined;
  const { cert, key } = profile.tls;
  const tls = {
    ...(caFile ? { ca: caFile.path, caText: caFile.content.toString() } : {}),
    ...(system ? { systemCa: system } : {}),
    ...(cert && key ? { cert, key } : {}),
  };
  const login = { user: slot.user ?? profile.target.user, password: slot.password };
  return { connection: connectionOf(profile, login, tls, readOnly), files: caFile ? [caFile] : [] };
}

/** Node reads one file alone, so that an inherited bundle and ours become one. */
function withInherited(ca: Buffer, inherited: string | undefined): Buffer {
  if (!inherited || !existsSync(inherited)) return ca;
  return Buffer.concat([readFileSync(inherited), Buffer.from('\n'), ca]);
}

function pickOnly<T>(
  generated: Readonly<Record<string, T>>,
  only: readonly string[] | undefined,
): Record<string, T> {
  if (only === undefined) return { ...generated };
  const names = Object.keys(generated);
  return Object.fromEntries(
    only.map((name) => {
      const value = generated[name];
      if (value !== undefined) return [name, value];
      const near = nearest(name, names);
      throw new DbcredsError('USAGE', {
        kind: 'usage',
        message: `--only: there is no ${named('variable', name, /^[A-Z][A-Z_]{0,40}$/)} to set${near ? `; did you mean ${near}?` : ''}`,
        facts: [['set', names.join(' ')]],
      });
    }),
  );
}

/** Before anybody is asked anything, and anything is dialled. @throws DbcredsError `USAGE` */
export async function checkEnvFile(scene: Scene): Promise<void> {
  if (scene.request.envFile !== undefined) await readEnvFile(scene, scene.request.envFile);
}

async function readEnvFile({ context }: Scene, file: string): Promise<Record<string, string>> {
  const { readEnvFile: read } = await import('./env-file.ts');
  return read(file, context);
}

/** The environment as it was inherited. */
export function inheritedOf({ env }: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The child's environment in full, secrets included: for the launch alone. */
export function revealed({ kept, set }: ChildEnvironment): Record<string, string> {
  const values = Object.entries(set).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  return { ...kept, ...(Object.fromEntries(values) as Record<string, string>) };
}

/** Writes the files that clients need, where they are not there already. */
export async function writeClientFiles(files: readonly ClientFile[]): Promise<void> {
  const missing = files.filter(({ path, content }) => !holds(path, content));
  if (missing.length === 0) return;
  const { atomicWrite } = await import('../files.ts');
  try {
    for (const { path, content } of missing) atomicWrite(path, content);
  } catch (error) {
    throw error instanceof DbcredsError ? noFolder(error) : error;
  }
}

/** As in a container whose file system is read-only. */
function noFolder({ code, message, cause }: DbcredsError): DbcredsError {
  return new DbcredsError(code, {
    message,
    cause,
    note: 'Clients read from there how TLS has to hold; nothing in it is secret. Nothing was started.',
    hints: [['use a folder of your own that can be written:', 'export XDG_CACHE_HOME=/path/to/folder']],
  });
}

function holds(path: string, content: string | Buffer): boolean {
  return existsSync(path) && readFileSync(path).equals(Buffer.from(content));
}
