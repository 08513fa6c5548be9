import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import { type Context, foldersOf } from '../../src/context.ts';
import type { Record } from '../../src/profiles/record.ts';
import { AgeFile } from '../../src/providers/file.ts';
import { newPlace, type Place } from '../helpers/place.ts';
import { dbcreds, program, type Result, type RunOptions } from '../helpers/program.ts';
import { Terminal } from '../helpers/terminal.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';

/** An entry of `profiles`, as a person writes it. */
export interface Written {
  readonly [key: string]: unknown;
}

/** A person's project with a `dbcreds.json`, and an encrypted file for passwords: no keychain is needed. */
export class Shop {
  readonly place: Place;
  /** On top of the place's own: the key of the file. */
  readonly env: { readonly [name: string]: string };

  private constructor(place: Place, env: { readonly [name: string]: string }) {
    this.place = place;
    this.env = env;
  }

  /** @param profiles each with `"provider": "file"`, unless it says otherwise */
  static async open(
    profiles: { readonly [name: string]: Written } = {},
    env: { readonly [name: string]: string } = {},
  ): Promise<Shop> {
    const shop = new Shop(newPlace(), { DBCREDS_AGE_KEY: await generateIdentity(), ...env });
    shop.write(profiles);
    return shop;
  }

  /** Writes `dbcreds.json` anew. */
  write(profiles: { readonly [name: string]: Written }, more: Written = {}): void {
    const entries = Object.entries(profiles).map(([name, entry]) => [name, { provider: 'file', ...entry }]);
    this.place.write('dbcreds.json', { project: 'shop', ...more, profiles: Object.fromEntries(entries) });
  }

  get file(): string {
    return join(this.place.cwd, 'dbcreds.json');
  }

  /** What stands in `dbcreds.json` now. */
  profiles(): { [name: string]: Written } {
    return JSON.parse(readFileSync(this.file, 'utf8')).profiles;
  }

  options(more: RunOptions = {}): RunOptions {
    return { place: this.place, ...more, env: { ...this.env, ...more.env } };
  }

  /** Runs `dbcreds` without a terminal. */
  dbcreds(args: readonly string[], more: RunOptions = {}): Promise<Result> {
    return dbcreds(args, this.options(more));
  }

  /** Runs `dbcreds` on a terminal. */
  terminal(args: readonly string[], more: RunOptions = {}): Terminal {
    return Terminal.dbcreds(args, this.options(more));
  }

  /** Runs any program as this person. */
  program(command: string, args: readonly string[], more: RunOptions = {}): Promise<Result> {
    return program(command, args, this.options(more));
  }

  /** Stores a password as `add` does, without a login. */
  async store(name: string, password: string): Promise<void> {
    must(await this.dbcreds(['add', name, '--password-stdin', '--no-test'], { input: password }));
  }

  context(env: Context['env'] = this.env): Context {
    const { home, cwd } = this.place;
    return {
      env,
      home,
      cwd,
      platform: process.platform,
      now: Date.now(),
      folders: foldersOf(process.platform, {}, home),
    };
  }

  /** Changes what is stored for `shop/NAME`, as no command does. */
  async alter(name: string, change: (record: Record) => Record): Promise<void> {
    const context = this.context();
    const hooks = { terminal: false, waiting: () => {}, ask: () => Promise.reject(new Error('asked')) };
    const file = new AgeFile(join(context.folders.data, 'credentials.age'), context, hooks);
    const ref = { id: `shop/${name}`, variable: name.toUpperCase(), target: '', production: false };
    const record = await file.get(ref);
    if (!record) throw new Error(`nothing is stored for ${name}`);
    await file.set(ref, change(record), record.revision);
  }

  /** The log of runs. */
  log(): { [key: string]: unknown }[] {
    const text = readFileSync(join(this.context().folders.state, 'runs.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}

/** A result that must be a success. */
export function must(result: Result): Result {
  if (result.code !== 0) throw new Error(`ended with ${result.code ?? result.signal}:\n${result.output}`);
  return result;
}

/** `engine://user@host:port/database`, and with a password the URL that people paste. */
export function urlOf(server: Server, login: Login, password?: string): string {
  const user = `${login.user}${password === undefined ? '' : `:${encodeURIComponent(password)}`}`;
  return `${server.engine}://${user}@localhost:${server.port}/${login.database}`;
}

/** A shop with one profile on a real server, its CA in `ca.pem`, and its password stored. */
export async function stocked(
  server: Server,
  more: Written = {},
  name = 'dev',
): Promise<{ shop: Shop; login: Login }> {
  const login = await newLogin(server);
  const shop = await Shop.open(
    { [name]: { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' }, ...more } },
    { PATH: `${server.clients}:${process.env.PATH}` },
  );
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  await shop.store(name, login.password);
  return { shop, login };
}

/** The code that an error names, behind its headline. */
export function codeOf({ stderr }: { readonly stderr: string }): string | undefined {
  return /^dbcreds: (?!warning).* \(([A-Z_]+)\)$/m.exec(stderr)?.[1];
}
