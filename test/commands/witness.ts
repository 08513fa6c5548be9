import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '../helpers/assert.ts';
import { findSecret, searchFolders, watchFor } from '../helpers/leak.ts';
import type { Result, RunOptions } from '../helpers/program.ts';
import type { Terminal } from '../helpers/terminal.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { Shop, type Written } from './kit.ts';

/** Every kind of character that some encoding changes. */
export const secret = `Zq7'w"\\ %@:/?#é&<$\`{x}9`;

/** Dumps the environment of dbcreds at its end: were the secret in it, the search of the folders would find it. */
const dump = `process.on('exit', () =>
  require('fs').writeFileSync(__dirname + '/env-' + process.pid, JSON.stringify(process.env)));`;

/** A shop on a real server whose user has {@link secret} as its password, and somebody who watches. */
export async function watched(
  server: Server,
  profiles: (login: Login) => { [name: string]: Written },
  env: { [name: string]: string } = {},
): Promise<{ shop: Shop; login: Login; witness: Witness }> {
  const login = await newLogin(server, { password: secret });
  const shop = await Shop.open(profiles(login), { PATH: `${server.clients}:${process.env.PATH}`, ...env });
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  Object.assign(shop.env, { NODE_OPTIONS: `--require=${shop.place.write('dump.cjs', dump)}` });
  return { shop, login, witness: new Witness(shop, secret) };
}

/** A program that was given the credentials and says nothing of them. */
export const quiet: readonly string[] = ['--', 'sh', '-c', 'test -n "$DATABASE_URL" && sleep 0.1'];

/** Nothing was found, and it was looked at the right time. */
export function assertClean({ finds, looked }: Witness, commands: number): void {
  assert.equal(finds, []);
  assert.ok(looked.commands >= commands, `${looked.commands} commands`);
  assert.ok(looked.processes >= commands && looked.environments >= commands, JSON.stringify(looked));
}

/** What to wait for on the screen, and what to type then. */
export type Dialogue = readonly (readonly [question: string | RegExp, answer: string])[];

/** Looks over the shoulder of commands, and writes down each place where a secret is seen. */
export class Witness {
  readonly finds: string[] = [];
  /** Proof that it looked: commands, processes, looks at their environments. */
  readonly looked: { commands: number; processes: number; environments: number } = {
    commands: 0,
    processes: 0,
    environments: 0,
  };
  readonly #shop: Shop;
  readonly #secret: string;

  constructor(shop: Shop, secret: string) {
    this.#shop = shop;
    this.#secret = secret;
  }

  /** A command without a terminal, with debugging on. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.#during(args, (running) =>
      this.#shop.dbcreds(args, { ...options, env: { DBCREDS_DEBUG: '1', ...options.env }, running }),
    );
  }

  /** The same on a terminal. */
  async converse(args: readonly string[], dialogue: Dialogue, options: RunOptions = {}): Promise<Terminal> {
    const terminal = await this.#during(args, async (running) => {
      const env = { DBCREDS_DEBUG: '1', ...options.env };
      const screen = this.#shop.terminal(args, { ...options, env, running });
      for (const [question, answer] of dialogue) {
        await screen.expect(question);
        screen.send(answer);
      }
      await screen.end();
      return screen;
    });
    return terminal;
  }

  async #during<T extends { readonly output: string }>(
    args: readonly string[],
    act: (running: (pid: number) => void) => Promise<T>,
  ): Promise<T> {
    const folder = this.#shop.place.folder;
    const looks = new Environments(this.#secret);
    const { value, watch } = await watchFor(this.#secret, [folder], () => act((pid) => looks.at(pid)));
    const seen = [
      ...findSecret(value.output, this.#secret).map((form) => `the output (${form})`),
      ...watch.finds,
      ...searchFolders([folder], this.#secret),
      ...(await looks.end()),
    ];
    this.finds.push(...new Set(seen.map((find) => `${args.slice(0, 2).join(' ')}: ${find}`)));
    this.looked.commands += 1;
    this.looked.processes += watch.processes;
    this.looked.environments += looks.count;
    return value;
  }
}

/** Samples `/proc/PID/environ` for as long as the process is dbcreds, and not yet the command that it becomes. */
class Environments {
  count = 0;
  readonly #secret: string;
  #over = false;
  #work: Promise<string[]> = Promise.resolve([]);

  constructor(secret: string) {
    this.#secret = secret;
  }

  at(pid: number): void {
    this.#work = this.#sample(pid);
  }

  async #sample(pid: number): Promise<string[]> {
    const finds = new Set<string>();
    // A terminal's process is forked first, and becomes dbcreds a moment later.
    for (let left = 2000; left > 0 && !isDbcreds(pid); left--) await nextTurn();
    for (let own = true; own && !this.#over; await nextTurn()) {
      const environment = read(pid, 'environ');
      own = isDbcreds(pid);
      if (!own || environment.length === 0) continue;
      this.count += 1;
      for (const form of findSecret(environment, this.#secret))
        finds.add(`the environment of dbcreds (${form})`);
    }
    return [...finds];
  }

  end(): Promise<string[]> {
    this.#over = true;
    return this.#work;
  }
}

const isDbcreds = (pid: number): boolean => read(pid, 'cmdline').includes('cli.cjs');

function read(pid: number, name: string): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${name}`);
  } catch {
    return Buffer.alloc(0);
  }
}
