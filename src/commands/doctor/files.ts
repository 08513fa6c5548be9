import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { DbcredsError, shellWord } from '../../errors.ts';
import { statOf } from '../../files.ts';
import { logFile } from '../../log.ts';
import { userFile } from '../../profiles/files.ts';
import type { Profile } from '../../profiles/profile.ts';
import { readTrust, trustFile } from '../../profiles/trust.ts';
import { ownFile } from '../../providers/file.ts';
import { namesFile } from '../../providers/keychain/stored-names.ts';
import { sealedFiles } from '../../run/files.ts';
import type { Stage } from '../command.ts';
import type { Known } from './known.ts';
import { fromError, ok, problem, type Remark } from './remark.ts';

/** Profile files, certificates, and our own files and folders with their rights. */
export function lookAtFiles({ context }: Stage, { files, profiles, faults }: Known): Remark[] {
  const project = files.project;
  const remarks = [
    ...faults,
    ...(project ? [ok(`${project.path} (project ${project.project})`)] : []),
    ...(files.user ? [ok(files.user.path)] : []),
    ...(!project && !files.user && faults.length === 0
      ? [ok(`no dbcreds.json from here upwards, and no ${userFile(context)}`)]
      : []),
    ...profiles.flatMap(certificatesOf),
    ...trustRemarks(context),
  ];
  return [...remarks, ...rights(context, profiles)];
}

/** Those that a run would read, and a key as libpq wants it. */
function certificatesOf(profile: Profile): Remark[] {
  const { key } = profile.tls;
  return [
    ...(attempt(() => sealedFiles(profile)) ?? []),
    ...(key === undefined ? [] : keyRemarks(profile, key)),
  ];
}

function attempt(read: () => unknown): Remark[] | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DbcredsError) return [fromError(error)];
    throw error;
  }
}

/** Root's may be read by a group. */
function keyRemarks({ name }: Profile, key: string): Remark[] {
  const stats = statOf(key);
  if (stats === undefined) return [problem(`${name}: ${key} does not exist`)];
  if (process.platform === 'win32') return [];
  const allowed = stats.uid === 0 ? 0o640 : 0o600;
  if ((stats.mode & 0o777 & ~allowed) === 0) return [];
  return [
    problem(`${name}: ${key} can be read by others (mode ${modeOf(stats)}), and libpq does not take it so`, [
      'keep it to yourself:',
      `chmod 600 ${shellWord(key)}`,
    ]),
  ];
}

function trustRemarks(context: Context): Remark[] {
  const fault = attempt(() => readTrust(context));
  if (fault) return fault;
  const there = statOf(trustFile(context)) !== undefined;
  return there ? [ok(trustFile(context))] : [];
}

function rights(context: Context, profiles: readonly Profile[]): Remark[] {
  if (context.platform === 'win32') return [];
  const { config, data, state, cache } = context.folders;
  const stores = profiles.flatMap(({ filePath, provider }) =>
    filePath !== undefined && provider?.name === 'file' ? [filePath] : [],
  );
  const kept = [
    ownFile(context),
    ...stores,
    namesFile(context),
    logFile(context),
    join(state, 'confirmed.json'),
  ];
  const found = [
    ...[config, data, state, cache].flatMap((folder) => rightsOf(folder, 0o022, '700')),
    ...[...new Set(kept)].flatMap((file) => rightsOf(file, 0o077, '600')),
  ];
  return found.length > 0 ? found : [ok("dbcreds' own folders and files are yours alone to change")];
}

/** @param bits that others must not have */
function rightsOf(path: string, bits: number, mend: string): Remark[] {
  const stats = statOf(path);
  if (stats === undefined) return [];
  const uid = process.getuid?.();
  if (stats.uid !== uid && stats.uid !== 0)
    return [
      problem(`${path} belongs to user ${stats.uid}`, [
        'make it yours:',
        `sudo chown ${uid} ${shellWord(path)}`,
      ]),
    ];
  if ((stats.mode & bits) === 0) return [];
  return [
    problem(`${path} is open to others (mode ${modeOf(stats)})`, [
      'close it:',
      `chmod ${mend} ${shellWord(path)}`,
    ]),
  ];
}

const modeOf = ({ mode }: Stats): string => (mode & 0o777).toString(8).padStart(4, '0');
