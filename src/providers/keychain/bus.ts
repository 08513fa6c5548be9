import type { Environment } from '../../context.ts';

/** Why the session bus cannot be used. `silent`: somebody is there, and says nothing. */
export type BusState = 'answers' | 'no address' | 'unreachable' | 'silent' | 'refused';

/**
 * Whether the D-Bus session bus answers at all. The native library blocks the whole process, timers included, on a socket
 * that accepts and never answers (and Node 20 cannot even exit then), so this handshake in plain JavaScript comes first.
 * It takes 6 ms, most of it for loading `node:net`. An address that is not a unix socket is left to the library.
 *
 * @param ms how long the bus may take to answer
 */
export function probeBus(env: Environment, ms: number): Promise<BusState> {
  const address = busAddress(env);
  if (address === undefined) return Promise.resolve('no address');
  const path = socketOf(address);
  return path === undefined ? Promise.resolve('answers') : shakeHands(path, ms);
}

/** As libdbus finds it. */
export function busAddress(env: Environment): string | undefined {
  if (env.DBUS_SESSION_BUS_ADDRESS) return env.DBUS_SESSION_BUS_ADDRESS;
  return env.XDG_RUNTIME_DIR ? `unix:path=${env.XDG_RUNTIME_DIR}/bus` : undefined;
}

/** The socket of the session bus, if it is one. */
export function busSocket(env: Environment): string | undefined {
  const address = busAddress(env);
  return address === undefined ? undefined : socketOf(address);
}

/** A leading NUL stands for the abstract namespace. */
function socketOf(address: string): string | undefined {
  const [, kind, text] = /(?:^|;)unix:(?:[^;]*,)?(path|abstract)=([^,;]+)/.exec(address) ?? [];
  if (text === undefined) return undefined;
  const path = decodeURIComponent(text);
  return kind === 'abstract' ? `\0${path}` : path;
}

/** The first line of D-Bus' authentication: who we are, to which a bus says `OK`. */
function shakeHands(path: string, ms: number): Promise<BusState> {
  // Here and not at the top, where every run would load it; and at once, since the caller has work to do while the bus answers.
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (state: BusState): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(state);
    };
    const timer = setTimeout(() => done('silent'), ms);
    const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    socket.on('connect', () => socket.write(`\0AUTH EXTERNAL ${user}\r\n`));
    socket.on('data', (data) => done(data.toString('latin1').startsWith('OK ') ? 'answers' : 'refused'));
    socket.on('error', () => done('unreachable'));
    socket.on('close', () => done('refused'));
  });
}
