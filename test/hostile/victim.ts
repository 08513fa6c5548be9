import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds, type Result } from '../helpers/program.ts';
import { assert } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';

/** A `dbcreds.json` as its author wrote it; attempts change it in every way. */
// biome-ignore lint/suspicious/noExplicitAny: what an attacker writes has no type
export type Json = any;

/** One try to get the password out. */
export interface Attempt {
  /** Changes the file's object in place, or gives back what stands there instead: `true` for what it wrote itself. */
  readonly edit?: (file: Json, victim: Victim) => unknown;
  /** The profile that is run. Default `prod`. */
  readonly run?: string;
  /** Further options of `run`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What the refusal must be. */
  readonly code: string;
  /** What the refusal must say besides. */
  readonly says?: string | RegExp;
}

/** Nobody should dial it: what dialled was a password on its way out. */
export class Trap {
  connections = 0;
  readonly #server: Server = createServer((socket) => {
    this.connections += 1;
    socket.on('error', () => {});
    socket.destroy();
  });

  static async open(address?: string): Promise<Trap> {
    const trap = new Trap();
    await new Promise<void>((resolve) =>
      address ? trap.#server.listen(address, resolve) : trap.#server.listen(0, '127.0.0.1', resolve),
    );
    trap.#server.unref();
    return trap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}

/** Somebody whose passwords are stored, bound to a checkout that others can commit to. */
export class Victim {
  readonly place: Place = newPlace();
  readonly passwords: readonly string[] = ['Prod-4w7!zq%Lk/2@8', 'Dev-9x1?vb#Tn:6^3', 'Orders-2k5&hj=Rm+7*4'];
  readonly trap: Trap;
  readonly store: 'keychain' | 'file' | undefined;
  readonly env: Record<string, string>;
  readonly #close: () => unknown;
  readonly #pems: { [name: string]: string } = {};

  private constructor(
    store: Victim['store'],
    trap: Trap,
    env: Record<string, string>,
    close: () => unknown = () => {},
  ) {
    this.store = store;
    this.trap = trap;
    this.env = env;
    this.#close = close;
  }

  /** With the passwords in an unlocked keychain, or in an age file whose key is in the environment. */
  static async open(store: 'keychain' | 'file'): Promise<Victim> {
    const trap = await Trap.open();
    const keychain = store === 'keychain' ? await Keychain.open('unlocked') : undefined;
    const key = store === 'file' ? { DBCREDS_AGE_KEY: await generateIdentity() } : {};
    const victim = new Victim(store, trap, { ...keychain?.env, ...key }, () => keychain?.close());
    await victim.#settleIn();
    return victim;
  }

  /** Of a job, whose passwords come with its environment: nothing is stored. */
  static async job(env: Record<string, string>): Promise<Victim> {
    const victim = new Victim(undefined, await Trap.open(), env);
    await victim.#writeFiles();
    return victim;
  }

  async #settleIn(): Promise<void> {
    await this.#writeFiles();
    for (const [index, name] of ['prod', 'dev', 'orders'].entries()) {
      const input = `${this.passwords[index]}\n`;
      const added = await this.dbcreds(['add', name, '--password-stdin', '--no-test'], { input });
      assert.is(added.code, 0, added.output);
    }
  }

  async #writeFiles(): Promise<void> {
    const { ca, unknownCa, right } = await use('certificates');
    const files = {
      'company-ca.pem': ca,
      'evil-ca.pem': unknownCa,
      'client.pem': right.cert,
      'client.key': right.key,
    };
    for (const [name, path] of Object.entries(files)) this.#pems[name] = readFileSync(path, 'utf8');
    this.place.write('.git/HEAD', 'ref: refs/heads/main\n');
    this.restore();
  }

  /** A file of `certs`, as it was. */
  pem(name: string, kind = 'pem'): string {
    return this.#pems[`${name}.${kind}`] ?? '';
  }

  /** Takes away what stands at a path of the checkout. */
  remove(path: string): void {
    rmSync(join(this.place.cwd, path), { force: true, recursive: true });
  }

  fifo(path: string): void {
    this.remove(path);
    execFileSync('mkfifo', [join(this.place.cwd, path)]);
  }

  /** The file as it was when the passwords were stored. */
  get good(): Json {
    const provider = this.store;
    return {
      project: 'shop',
      default: 'dev',
      profiles: {
        prod: {
          url: 'postgresql://shop_app@db.company.example:5432/shop',
          production: true,
          provider,
          tls: { mode: 'verify-full', ca: 'certs/company-ca.pem' },
          expires: '90d',
          inject: { DIRECT_URL: '{url:prisma}', DB_HOST: '{host}', DB_PASS: '{password}' },
        },
        dev: {
          url: 'postgresql://shop@dev.company.example:5432/shop_dev',
          provider,
          tls: { mode: 'require' },
        },
        orders: {
          url: 'mysql://orders@db.company.example:3306/orders',
          provider,
          tls: { mode: 'verify-full' },
        },
      },
    };
  }

  restore(): void {
    this.trap.connections = 0;
    rmSync(this.marker, { force: true });
    this.remove('dbcreds.json');
    this.place.write('dbcreds.json', this.good);
    this.remove('certs');
    for (const [name, text] of Object.entries(this.#pems)) this.place.write(`certs/${name}`, text, 0o600);
  }

  get marker(): string {
    return join(this.place.folder, 'started');
  }

  /** A child that shows all that it was given, and leaves a trace. */
  get child(): string[] {
    return ['sh', '-c', `: > '${this.marker}'; env; cat /proc/self/environ`];
  }

  dbcreds(args: readonly string[], options: Partial<Parameters<typeof dbcreds>[1]> = {}): Promise<Result> {
    return dbcreds(args, { place: this.place, ...options, env: { ...this.env, ...options?.env } });
  }

  runArgs({ run = 'prod', args = [] }: Pick<Attempt, 'run' | 'args'>, ...more: string[]): string[] {
    const confirm = run === 'dev' || run === 'orders' ? [] : ['--confirm', run];
    return ['run', '--env', run, ...confirm, ...more, ...args, '--', ...this.child];
  }

  /** Makes the attempt; the file is as before afterwards. `--verify` would dial where the guards let it. */
  async attempt(attempt: Attempt): Promise<void> {
    const { edit, env = {}, cwd = this.place.cwd } = attempt;
    const file = this.good;
    const stands = edit?.(file, this);
    // What is no text or object was written by the attempt itself.
    if (typeof stands !== 'boolean') this.place.write('dbcreds.json', (stands as object) ?? file);
    const more = this.store === 'file' ? [] : ['--verify'];
    try {
      this.assertRefused(await this.dbcreds(this.runArgs(attempt, ...more), { env, cwd }), attempt);
    } finally {
      this.restore();
    }
  }

  /** Refused for that reason, and nothing happened. */
  assertRefused(result: Result, { code, says }: Pick<Attempt, 'code' | 'says'>): void {
    this.assertNothingHappened(result.output);
    assert.equal([result.code, result.signal, result.stdout], [125, null, ''], result.output);
    assert.ok(result.stderr.includes(`(${code})`), `expected ${code}: ${result.stderr}`);
    if (says !== undefined) assert.match(result.stderr, says);
  }

  /** No child, no connection, no password anywhere, nothing that a terminal would obey. */
  assertNothingHappened(output: string): void {
    assert.not.ok(existsSync(this.marker), `a child was started: ${output}`);
    assert.is(this.trap.connections, 0, `something was dialled: ${output}`);
    for (const password of this.passwords) {
      assert.equal(findSecret(output, password), []);
      assert.equal(searchFolders([this.place.folder], password), []);
    }
    assertPlain(output);
  }

  close(): unknown {
    this.trap.close();
    return this.#close();
  }
}

/** Text that a terminal shows and does not obey: no escapes, no text that runs backwards. */
export function assertPlain(output: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  const raw = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/.exec(output);
  assert.is(raw, null, `a control character reached the output: ${JSON.stringify(output)}`);
}
