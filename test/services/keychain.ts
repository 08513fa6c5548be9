import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { temporary } from '../helpers/folders.ts';
import type { Commands } from './commands.ts';
import { cleanEnvironment, Daemon, must } from './daemon.ts';
import { use } from './use.ts';

/**
 * - `unlocked`: a bus, gnome-keyring on it, its default collection open
 * - `locked`: the same, closed; without a display a prompt to open it counts as dismissed
 * - `asking`: the same, and the prompt to open it stays up for ever
 * - `empty`: gnome-keyring without a default collection
 * - `idle`: a bus that starts gnome-keyring once somebody asks for it, as desktops do
 * - `absent`: a bus, and nobody on it who keeps secrets
 * - `silent`: a bus, and a keeper of secrets that never answers
 * - `mute`: a socket that accepts and never answers, in the place of the bus
 * - `none`: no bus at all
 */
export type KeychainState =
  | 'unlocked'
  | 'locked'
  | 'asking'
  | 'empty'
  | 'idle'
  | 'absent'
  | 'silent'
  | 'mute'
  | 'none';

const PASSWORD = 'opens the collection';

/** A desktop session's keychain, for one test: a private bus in a private folder. */
export class Keychain {
  /** What a child needs in order to find it (and nothing else is set). */
  readonly env: { readonly DBUS_SESSION_BUS_ADDRESS: string; readonly XDG_RUNTIME_DIR: string };
  /** Where it keeps what it stores. */
  readonly folder: string;
  readonly #commands: Commands;
  #bus: Daemon | undefined;
  #keyring: Daemon | undefined;
  readonly #others: Daemon[] = [];
  #mute: Server | undefined;
  readonly #sockets: Set<Socket> = new Set();

  private constructor(commands: Commands) {
    this.#commands = commands;
    this.folder = temporary('k');
    const runtime = join(this.folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    this.env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`, XDG_RUNTIME_DIR: runtime };
  }

  /**
   * Ready to be used. The caller closes it; it ends with the test file in any case.
   *
   * @param commands its programs, by someone who knows them already
   */
  static async open(state: KeychainState, commands?: Commands): Promise<Keychain> {
    const keychain = new Keychain(commands ?? (await use('secret-service')));
    await keychain.#enter(state);
    return keychain;
  }

  async #enter(state: KeychainState): Promise<void> {
    if (state === 'none') return;
    if (state === 'mute') return this.#listen();
    if (state === 'idle') this.#announce();
    await this.#startBus();
    if (state === 'silent') await this.#occupy('org.freedesktop.secrets');
    if (state === 'unlocked') await this.#startKeyring(PASSWORD);
    if (state === 'empty') await this.#startKeyring();
    if (state === 'asking') await this.#occupy('org.gnome.keyring.SystemPrompter');
    if (state !== 'locked' && state !== 'asking') return;
    await this.#startKeyring(PASSWORD);
    await this.lock();
  }

  /** Closes the collection: what was stored is there and cannot be read. */
  async lock(): Promise<void> {
    await this.#keyring?.stop();
    await this.#startKeyring();
  }

  /** Opens it again. */
  async unlock(): Promise<void> {
    await this.#keyring?.stop();
    await this.#startKeyring(PASSWORD);
  }

  /** The bus goes away, as at the end of a session. What was stored stays on disk. */
  async stopBus(): Promise<void> {
    await this.#keyring?.stop();
    await this.#bus?.stop();
  }

  /** Brings back the bus, with the collection open. */
  async startAgain(): Promise<void> {
    await this.#startBus();
    await this.#startKeyring(PASSWORD);
  }

  /** The keeper of secrets stops answering, until `thaw`. */
  freeze(): void {
    this.#keyring?.freeze();
  }

  thaw(): void {
    this.#keyring?.thaw();
  }

  /** What `secret-tool` prints, the desktop's own client. Throws where it fails; a missing item is a failure. */
  secretTool(args: readonly string[], input = ''): Promise<string> {
    return must(this.#path('secret-tool'), args, { env: this.env, input });
  }

  async close(): Promise<void> {
    this.#mute?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.thaw();
    for (const daemon of [...this.#others, this.#keyring, this.#bus]) await daemon?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return this.#commands[name] ?? name;
  }

  get #env(): NodeJS.ProcessEnv {
    return {
      ...cleanEnvironment(),
      ...this.env,
      HOME: this.folder,
      XDG_DATA_HOME: join(this.folder, 'data'),
    };
  }

  get #log(): string {
    return join(this.folder, 'log');
  }

  /** Has the bus know what to start. */
  #announce(): void {
    const command = `${this.#path('gnome-keyring-daemon')} --foreground --components=secrets`;
    const text = `[D-BUS Service]\nName=org.freedesktop.secrets\nExec=${command}\n`;
    mkdirSync(join(this.folder, 'services'));
    writeFileSync(join(this.folder, 'services/org.freedesktop.secrets.service'), text);
  }

  /** A bus that starts nothing by itself but what {@link Keychain.#announce} wrote, so that `absent` stays so. */
  async #startBus(): Promise<void> {
    const file = join(this.folder, 'bus.conf');
    writeFileSync(file, busConfig(this.env.DBUS_SESSION_BUS_ADDRESS, join(this.folder, 'services')));
    this.#bus = await Daemon.start({
      command: this.#path('dbus-daemon'),
      args: [`--config-file=${file}`, '--nofork', '--nopidfile'],
      env: this.#env,
      log: this.#log,
      ready: async () => (await this.#ask('org.freedesktop.DBus')).includes('true'),
    });
  }

  async #startKeyring(password?: string): Promise<void> {
    const open = password === undefined ? [] : ['--unlock'];
    this.#keyring = await Daemon.start({
      command: this.#path('gnome-keyring-daemon'),
      args: ['--foreground', '--components=secrets', `--control-directory=${this.folder}/control`, ...open],
      env: this.#env,
      log: this.#log,
      input: password ?? '',
      ready: async () => (await this.#ask('org.freedesktop.secrets')).includes('true'),
    });
  }

  /** Takes a name on the bus and never answers a call. */
  async #occupy(name: string): Promise<void> {
    const daemon = await Daemon.start({
      command: this.#path('dbus-test-tool'),
      args: ['black-hole', '--session', `--name=${name}`],
      env: this.#env,
      log: this.#log,
      ready: async () => (await this.#ask(name)).includes('true'),
    });
    this.#others.push(daemon);
  }

  /** Whether somebody has that name. */
  #ask(name: string): Promise<string> {
    const call = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
    const args = [...call, 'org.freedesktop.DBus.NameHasOwner', `string:${name}`];
    return must(this.#path('dbus-send'), args, { env: this.env });
  }

  #listen(): Promise<void> {
    const server = createServer((socket) => this.#sockets.add(socket.unref())).unref();
    this.#mute = server;
    return new Promise((resolve) => server.listen(join(this.env.XDG_RUNTIME_DIR, 'bus'), resolve));
  }
}

const busConfig = (
  address: string,
  services: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <servicedir>${services}</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
