import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { login as logIn } from '../../src/connect/login.ts';
import { DbcredsError } from '../../src/errors.ts';
import type { Record, Slot } from '../../src/profiles/record.ts';
import { AgeFile } from '../../src/providers/file.ts';
import { Secret } from '../../src/secret.ts';
import { codeOf, must, Shop, type Written } from '../commands/kit.ts';
import { endpoint } from '../connect/endpoints.ts';
import type { Result, RunOptions } from '../helpers/program.ts';
import { assert } from '../helpers/suite.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';

export interface Wish {
  /** Further fields of the profile. */
  readonly more?: Written;
  /** The account, where a test needs a certain one. */
  readonly login?: Partial<Login>;
  /** Statements of the administrator before anything is stored. */
  readonly prepare?: (login: Login) => string[];
  /** The server as the profile names it: a proxy. */
  readonly by?: Pick<Server, 'port'>;
  /** Without TLS. */
  readonly plain?: boolean;
}

/** A person's project with one profile, `dev`, on a real server, and the password stored: to be rotated. */
export class Rotating {
  readonly server: Server;
  readonly shop: Shop;
  readonly login: Login;
  readonly #wish: Wish;

  private constructor(server: Server, shop: Shop, login: Login, wish: Wish) {
    this.server = server;
    this.shop = shop;
    this.login = login;
    this.#wish = wish;
  }

  static async open(server: Server, wish: Wish = {}): Promise<Rotating> {
    const { more = {}, login: wanted = {}, prepare } = wish;
    const login = await newLogin(server, wanted);
    if (prepare) await asAdmin(server, ...prepare(login));
    const shop = await Shop.open({}, { PATH: `${server.clients}:${process.env.PATH}` });
    const rotating = new Rotating(server, shop, login, wish);
    shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
    shop.write({ dev: { ...rotating.#at(login), ...more } });
    await shop.store('dev', login.password);
    return rotating;
  }

  #at({ user, database }: Login): Written {
    const { engine, host, port } = { ...this.server, ...this.#wish.by };
    const tls = this.#wish.plain ? { mode: 'disable' } : { mode: 'verify-full', ca: 'ca.pem' };
    return { engine, host, port, user, database, tls };
  }

  /** One more profile of the same server, its password stored. @param rights statements about `login` */
  async addAdmin(rights: (login: Login) => string[], name = 'admin'): Promise<Login> {
    const login = await newLogin(this.server);
    await asAdmin(this.server, ...rights(login));
    this.shop.write({ ...this.shop.profiles(), [name]: this.#at(login) });
    await this.shop.store(name, login.password);
    return login;
  }

  rotate(args: readonly string[] = [], more: RunOptions = {}): Promise<Result> {
    return this.shop.dbcreds(['rotate', 'dev', '--sole-holder', ...args], more);
  }

  /** What is stored. */
  async record(name = 'dev'): Promise<Record> {
    const context = this.shop.context();
    const hooks = { terminal: false, waiting: () => {}, ask: () => Promise.reject(new Error('asked')) };
    const file = new AgeFile(join(context.folders.data, 'credentials.age'), context, hooks);
    const record = await file.get({
      id: `shop/${name}`,
      variable: name.toUpperCase(),
      target: '',
      production: false,
    });
    if (!record) throw new Error(`nothing is stored for ${name}`);
    return record;
  }

  /** The stored current password. */
  async current(): Promise<string> {
    return (await this.record()).current.password.reveal();
  }

  /** Whether the server takes a password. One attempt, as servers count them. */
  async takes(password: string, user: string = this.login.user): Promise<boolean> {
    const wish = this.#wish.plain ? { tls: { mode: 'disable' } as const } : {};
    const to = endpoint(this.server, { ...this.login, user }, wish);
    try {
      const session = await logIn(to, new Secret(password), { timeoutMs: 10_000, once: true, expired: true });
      await session.close();
      return session.askedForPassword;
    } catch (error) {
      if (error instanceof DbcredsError && error.code === 'WRONG_PASSWORD') return false;
      throw error;
    }
  }

  /** Rotates, and asserts that the server and the record have a new password, and only that. @returns the new one */
  async succeeds(args: readonly string[] = []): Promise<string> {
    const before = await this.current();
    const result = must(await this.rotate(args));
    const { current, pending, previous, rotationId, discardAt } = await this.record();
    const now = current.password.reveal();
    assert.is.not(now, before);
    assert.equal([pending, previous, rotationId, discardAt], [undefined, undefined, undefined, undefined]);
    assert.ok(await this.takes(now), 'the server takes the new password');
    assert.not.ok(await this.takes(before), 'the server refuses the old password');
    assert.not.ok(result.output.includes(now) || this.heard(now), 'the new password was seen');
    return now;
  }

  /** Asserts that a command is refused with nothing changed: neither the record nor the server. */
  async refuses(code: string, args: readonly string[] = []): Promise<Result> {
    const before = await this.record();
    const kept = await this.kept();
    const result = await this.rotate(args);
    assert.is(codeOf(result), code, result.output);
    assert.is(result.code, 125);
    assert.equal(bare(await this.record()), bare(before));
    assert.equal(await this.kept(), kept);
    return result;
  }

  /** Whether a text came by in the server's log of statements. */
  heard(text: string): boolean {
    return readFileSync(this.server.log, 'latin1').includes(text);
  }

  /** How many lines of it hold a text. */
  logLines(text: string): number {
    return readFileSync(this.server.log, 'latin1').split(Buffer.from(text).toString('latin1')).length - 1;
  }

  /** What the server keeps of all its accounts with this user. */
  kept(user: string = this.login.user): Promise<{ [key: string]: unknown }[]> {
    const look = {
      postgresql: `SELECT rolpassword, rolvaliduntil::text FROM pg_authid WHERE rolname = '${user.replaceAll("'", "''")}'`,
      mysql: `SELECT Host, plugin, HEX(authentication_string) AS hash, User_attributes FROM mysql.user WHERE User = '${user}'`,
      mariadb: `SELECT Host, Priv FROM mysql.global_priv WHERE User = '${user}'`,
    };
    return asAdmin(this.server, look[this.server.engine]);
  }
}

/** A record without its write count, passwords in the clear, to be compared. */
export function bare({ revision: _, current, pending, previous, ...rest }: Record): object {
  const open = (slot: Slot | undefined): object | undefined =>
    slot && { ...slot, password: slot.password.reveal() };
  return { ...rest, current: open(current), pending: open(pending), previous: open(previous) };
}
