import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { armor, Decrypter } from 'age-encryption';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { Record } from '../../src/profiles/record.ts';
import { decode } from '../../src/providers/codec.ts';
import { Shop, urlOf, type Written } from '../commands/kit.ts';
import type { Keychain } from '../services/keychain.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';

export type Where = 'keychain' | 'file';

/** What there is to see from outside. */
export interface Sight {
  readonly record: Record;
  /** Which passwords the server takes, of those that were asked about and those in the record. */
  readonly accepted: readonly string[];
}

export interface Wish {
  /** The server as the profile names it: a proxy. */
  readonly by?: Pick<Server, 'port'>;
  /** Further fields of the profile. */
  readonly more?: Written;
}

/** One profile on a real server, with its record in a real store, seen without dbcreds' own eyes. */
export class Subject {
  readonly server: Server;
  readonly where: Where;
  readonly shop: Shop;
  readonly login: Login;
  /** A name of its own: a lock on this machine knows a record by the name alone. */
  readonly name: string;
  readonly #keychain: Pick<Keychain, 'secretTool'>;
  readonly #ca: string;

  private constructor(
    server: Server,
    where: Where,
    shop: Shop,
    login: Login,
    name: string,
    keychain: Pick<Keychain, 'secretTool'>,
  ) {
    this.server = server;
    this.where = where;
    this.shop = shop;
    this.login = login;
    this.name = name;
    this.#keychain = keychain;
    this.#ca = readFileSync(server.ca, 'utf8');
  }

  /** With a password stored, that the server takes. @param wish see {@link Wish} */
  static async open(
    server: Server,
    where: Where,
    keychain: Pick<Keychain, 'env' | 'secretTool'>,
    { by = server, more = {} }: Wish = {},
  ): Promise<Subject> {
    const login = await newLogin(server, { password: `first-${randomBytes(18).toString('hex')}-Zz9` });
    const name = `dev-${randomBytes(4).toString('hex')}`;
    const url = urlOf({ ...server, port: by.port }, login);
    const profile = { url, tls: { mode: 'verify-full', ca: 'ca.pem' }, provider: where, ...more };
    const env = { ...keychain.env, PATH: `${server.clients}:${process.env.PATH}` };
    const shop = await Shop.open({ [name]: profile }, env);
    shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
    await shop.store(name, login.password);
    return new Subject(server, where, shop, login, name, keychain);
  }

  /** What is stored. */
  async record(): Promise<Record> {
    const id = `shop/${this.name}`;
    return decode(await (this.where === 'file' ? this.#inFile(id) : this.#inKeychain(id)), id);
  }

  async #inFile(id: string): Promise<string> {
    const decrypter = new Decrypter();
    decrypter.addIdentity(this.shop.env.DBCREDS_AGE_KEY ?? '');
    const path = join(this.shop.context().folders.data, 'credentials.age');
    const text = await decrypter.decrypt(armor.decode(readFileSync(path, 'utf8')), 'text');
    return JSON.stringify(JSON.parse(text).records[id]);
  }

  #inKeychain(id: string): Promise<string> {
    return this.#keychain.secretTool(['lookup', 'service', 'dbcreds', 'username', id]);
  }

  /** Whether a plain driver can log in with it. */
  accepts(password: string): Promise<boolean> {
    const { server } = this;
    return (server.engine === 'postgresql' ? postgresql : mysql)(server, this.login, password, this.#ca);
  }

  /**
   * What is stored, and what the server takes. A statement may still be under way when its sender is killed: where it is not
   * exactly one password, the server is asked once more.
   */
  async look(asked: Iterable<string>): Promise<Sight> {
    const record = await this.record();
    const passwords = [...new Set([...asked, ...slotsOf(record)])];
    const accepted = await this.#accepted(passwords);
    if (accepted.length === 1) return { record, accepted };
    await sleep(200);
    return { record, accepted: await this.#accepted(passwords) };
  }

  async #accepted(passwords: readonly string[]): Promise<string[]> {
    const accepted: string[] = [];
    for (const password of passwords) if (await this.accepts(password)) accepted.push(password);
    return accepted;
  }
}

/** Every password of a record. */
export function slotsOf({ current, pending, previous }: Record): string[] {
  return [current, pending, previous].flatMap((slot) => (slot ? [slot.password.reveal()] : []));
}

type Login_ = (server: Server, login: Login, password: string, ca: string) => Promise<boolean>;

const postgresql: Login_ = async ({ host, port }, { user, database }, password, ca) => {
  const client = new Client({ host, port, user, database, password, ssl: { ca } });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') return false;
    throw error;
  }
};

const mysql: Login_ = async ({ host, port }, { user, database }, password, ca) => {
  try {
    const ssl = { ca, verifyIdentity: true };
    const connection = await createConnection({ host, port, user, database, password, ssl });
    await connection.end();
    return true;
  } catch (error) {
    if ((error as { errno?: number }).errno === 1045) return false;
    throw error;
  }
};
