import { DbcredsError, type ErrorCode, type ErrorDetails, type Hint } from '../../errors.ts';
import { namedAs } from '../names.ts';
import type { Ref } from '../provider.ts';
import type { BusState } from './bus.ts';

/**
 * A native call is pending and will not end, and Node waits for it in `process.exit` and at its natural end alike. Whoever
 * prints this error has to leave by `process.execve` (Node 22.15 and later, which keeps an exact exit status) or SIGKILL.
 */
export class StuckError extends DbcredsError {
  readonly stuck = true;
}

type Kind = Extract<ErrorCode, `KEYCHAIN_${string}`>;

/** What it says, and what mends it, by platform; the ways around it are the same for all. */
interface Explanation {
  readonly message: string;
  readonly note?: string;
  readonly hints?: readonly Hint[];
}

const unlockGnome = 'gnome-keyring-daemon --replace --unlock';

const onLinux: { readonly [kind in Kind]?: Explanation } = {
  KEYCHAIN_MISSING: {
    message: 'there is no Secret Service to ask',
    note: 'Over SSH, in containers and in cron jobs there is mostly none.',
  },
  KEYCHAIN_LOCKED: {
    message: 'the keychain is locked, and was not unlocked',
    hints: [['unlock it (type its password, then Ctrl-D):', unlockGnome]],
  },
  KEYCHAIN_NO_COLLECTION: {
    message: 'the keychain has no default collection to store in',
    hints: [['make one (type a password for it, then Ctrl-D):', unlockGnome]],
  },
  KEYCHAIN_SILENT: {
    message: 'the keychain does not answer',
    note: 'Its window may wait for you on another screen, or its process may hang.',
    hints: [['see who it is:', 'busctl --user status org.freedesktop.secrets']],
  },
};

const onMac: typeof onLinux = {
  KEYCHAIN_LOCKED: {
    message: 'the macOS Keychain is locked, or the request was denied',
    note: 'Over SSH it can show no window (error -25308). "Always Allow" is meant for this very node: a new one asks again.',
    hints: [['unlock it:', 'security unlock-keychain']],
  },
  KEYCHAIN_SILENT: {
    message: 'the macOS Keychain does not answer',
    note: 'Its window may wait for you on the screen of this Mac.',
    hints: [['unlock it here:', 'security unlock-keychain']],
  },
};

const anywhere: { readonly [kind in Kind]: Explanation } = {
  KEYCHAIN_MISSING: { message: 'there is no keychain to ask' },
  KEYCHAIN_LOCKED: { message: 'the keychain is locked, or the request was denied' },
  KEYCHAIN_NO_COLLECTION: { message: 'the keychain has nowhere to store in' },
  KEYCHAIN_SILENT: { message: 'the keychain does not answer' },
  KEYCHAIN_ENTRY_GONE: {
    message: 'the keychain has no entry, though one was stored',
    note: 'It was removed by another program, or the keychain is another than then (another home folder or collection).',
  },
  KEYCHAIN_FAILED: { message: 'the keychain answered with an error' },
};

/** An error of the keychain for one profile. @param said what the library said, if that helps and quotes no secret */
export function keychainError(kind: Kind, ref: Ref, said?: string, stuck = false): DbcredsError {
  const platform = { linux: onLinux, darwin: onMac }[process.platform as string] ?? {};
  const { message, note, hints = [] } = platform[kind] ?? anywhere[kind];
  const details: ErrorDetails = {
    message,
    facts: [['entry', ref.id], ...(said === undefined ? [] : [['keychain said', said] as const])],
    ...(note === undefined ? {} : { note }),
    hints: [...hints, ...waysOn(kind, ref)],
  };
  return stuck ? new StuckError(kind, details) : new DbcredsError(kind, details);
}

function waysOn(kind: Kind, ref: Ref): Hint[] {
  const name = namedAs(ref.id);
  if (kind === 'KEYCHAIN_ENTRY_GONE')
    return [
      ['store it anew:', `dbcreds add ${name}`],
      ['forget it:', `dbcreds remove ${name}`],
    ];
  return [
    ['keep it in an encrypted file:', `dbcreds add ${name} --provider file`],
    ['take it from the environment:', `export DBCREDS_${ref.variable}_URL_FILE=/path/to/url`],
  ];
}

const busMessages: { readonly [state in BusState]?: readonly [Kind, string] } = {
  'no address': ['KEYCHAIN_MISSING', 'no D-Bus session: DBUS_SESSION_BUS_ADDRESS is not set'],
  unreachable: ['KEYCHAIN_MISSING', 'nothing listens at the address of the D-Bus session bus'],
  refused: ['KEYCHAIN_MISSING', "the D-Bus session bus refused the connection: it is another user's"],
  silent: ['KEYCHAIN_SILENT', 'the D-Bus session bus took the connection and says nothing'],
};

/** `undefined` where the bus answers. */
export function busError(state: BusState, ref: Ref): DbcredsError | undefined {
  const found = busMessages[state];
  return found && keychainError(found[0], ref, found[1]);
}

/**
 * Every error of the library has the same code (`GenericFailure`); only its text tells them apart. The texts were met on
 * Linux; those of macOS and Windows are the documented ones of their security APIs.
 */
const texts: readonly (readonly [RegExp, Kind])[] = [
  [/prompt was dismissed|IsLocked|locked object/, 'KEYCHAIN_LOCKED'],
  // errSecInteractionNotAllowed (over SSH), errSecUserCanceled, errSecAuthFailed.
  [/-25308|-128\b|-25293|interaction is not allowed|user canceled/i, 'KEYCHAIN_LOCKED'],
  [/no result found/, 'KEYCHAIN_NO_COLLECTION'],
  [/Did not receive a reply|NoReply|timed? ?out/i, 'KEYCHAIN_SILENT'],
  [
    /Failed to connect to socket|DBUS_SESSION_BUS_ADDRESS|was not provided by any|ServiceUnknown/,
    'KEYCHAIN_MISSING',
  ],
];

/** What npm leaves out by `--omit=optional`, with a lockfile of another platform, and where there is no binary for this one. */
export const uninstalled: { readonly message: string; readonly hint: Hint } = {
  message: `the library for it is not installed for ${process.platform}-${process.arch}`,
  hint: ['install it too, with -g where the rest is:', 'npm install --include=optional dbcreds'],
};

function missingLibrary(ref: Ref): DbcredsError {
  return new DbcredsError('KEYCHAIN_MISSING', {
    message: `the keychain cannot be asked: ${uninstalled.message}`,
    facts: [['entry', ref.id]],
    hints: [uninstalled.hint, ...waysOn('KEYCHAIN_MISSING', ref)],
  });
}

/** Makes one of ours of what the native library threw. */
export function explain(error: unknown, ref: Ref): DbcredsError {
  if (error instanceof DbcredsError) return error;
  const text = error instanceof Error ? error.message : '';
  if (/longer than platform limit/.test(text))
    return new DbcredsError('RECORD_TOO_LARGE', { message: 'the record is too large for this keychain' });
  if (/Cannot find (native binding|module)/.test(text)) return missingLibrary(ref);
  const kind = texts.find(([pattern]) => pattern.test(text))?.[1] ?? 'KEYCHAIN_FAILED';
  // These two prefixes come with texts of the system; others might quote what was passed in.
  const safe = /^(Platform failure|Couldn't access platform storage): /.test(text);
  // libdbus adds a paragraph on possible causes.
  const [said] = text.split('. ');
  return keychainError(kind, ref, safe ? said?.slice(0, 200) : undefined);
}
