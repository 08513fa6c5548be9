import type { Context } from '../../context.ts';
import { choose } from '../../providers/index.ts';
import { loadBinary } from '../../providers/keychain/binary.ts';
import { keychainError, uninstalled } from '../../providers/keychain/errors.ts';
import { inquire, type ServiceState } from '../../providers/keychain/inquiry.ts';
import type { Stage } from '../command.ts';
import type { Known } from './known.ts';
import { fromError, type Level, ok, type Remark } from './remark.ts';

/** How long the bus and the service may take for each answer, in milliseconds. */
const patience = 2_000;

/** Whether the keychain could be asked. It is not: on a locked one that opens a window. */
export async function lookAtKeychain({ context }: Stage, { profiles }: Known): Promise<Remark[]> {
  const users = profiles.filter((profile) => choose(profile, context).name === 'keychain').length;
  const level = users > 0 || profiles.length === 0 ? 'problem' : 'warning';
  const remarks = [binaryRemark(level)];
  if (context.platform !== 'linux')
    return [...remarks, ok("the system's keychain; whether it is locked shows when it is used")];
  const from = Date.now();
  const state = await inquire(context.env, patience);
  return [...remarks, remarkOf(state, Date.now() - from, level, context)];
}

function binaryRemark(level: Level): Remark {
  try {
    loadBinary();
    return ok('the library for it is installed');
  } catch {
    return { level, message: uninstalled.message, hints: [uninstalled.hint] };
  }
}

const kinds = {
  'no address': 'KEYCHAIN_MISSING',
  unreachable: 'KEYCHAIN_MISSING',
  refused: 'KEYCHAIN_MISSING',
  absent: 'KEYCHAIN_MISSING',
  silent: 'KEYCHAIN_SILENT',
  locked: 'KEYCHAIN_LOCKED',
  empty: 'KEYCHAIN_NO_COLLECTION',
} as const;

const said: { readonly [state in ServiceState]?: string } = {
  'no address': 'no D-Bus session: DBUS_SESSION_BUS_ADDRESS is not set',
  unreachable: 'nothing listens at the address of the D-Bus session bus',
  refused: "the D-Bus session bus refuses: it is another user's",
  absent: 'the D-Bus session bus answers, and nobody on it keeps secrets',
  locked: 'the Secret Service answers, and its default collection is locked',
};

function remarkOf(state: ServiceState, ms: number, level: Level, { env }: Context): Remark {
  if (state === 'unlocked') return ok(`the Secret Service answers, and is unlocked (${ms} ms)`);
  if (state === 'idle') return ok('the Secret Service does not run, and is started when it is used');
  if (state === 'unknown') return ok('the D-Bus session bus is not on a socket of this machine: not asked');
  const ref = { id: 'NAME', variable: 'NAME', target: '', production: false };
  const remark = fromError(keychainError(kinds[state], ref));
  const message = `${said[state] ?? remark.message.replace(/ \([A-Z_]+\)$/, '')} (${kinds[state]})`;
  // With a screen there is somebody whom it asks for its password.
  const asks = state === 'locked' && Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  return { ...remark, message, level: asks ? 'warning' : level };
}
