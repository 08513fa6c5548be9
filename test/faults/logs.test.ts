import { statSync } from 'node:fs';
import { codeOf, must } from '../commands/kit.ts';
import { findSecret } from '../helpers/leak.ts';
import { TcpProxy } from '../helpers/proxy.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Rotating } from '../rotate/rotating.ts';
import { ownGround } from '../services/ground.ts';
import { written } from '../services/noise.ts';
import { asAdmin, type Login, type Server } from '../services/server.ts';
import { lockRow } from './obstacles.ts';
import { slotsOf } from './subject.ts';

type Engine = Server['engine'];

/** May change every account. */
const powers: Readonly<Record<Engine, (login: Login) => string[]>> = {
  postgresql: ({ user }) => [`ALTER ROLE ${user} SUPERUSER`],
  mariadb: ({ user }) => [`GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`],
  mysql: ({ user }) => [`GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`],
};

/** Has the server turn down a change after it was sent, until `end`. */
const obstacles: Readonly<Record<Engine, (server: Server, login: Login) => Promise<Obstacle>>> = {
  postgresql: async (server, { user }) => ({ code: 'RACED', end: await lockRow(server, user) }),
  mariadb: async (server) => {
    await asAdmin(
      server,
      "INSTALL SONAME 'simple_password_check'",
      'SET GLOBAL strict_password_validation = ON',
    );
    return { code: 'PLAINTEXT_SQL', end: () => asAdmin(server, "UNINSTALL SONAME 'simple_password_check'") };
  },
  mysql: async (server) => {
    const component = "COMPONENT 'file://component_validate_password'";
    await asAdmin(server, `INSTALL ${component}`, 'SET GLOBAL validate_password.length = 60');
    return { code: 'PASSWORD_REJECTED', end: () => asAdmin(server, `UNINSTALL ${component}`) };
  },
};

interface Obstacle {
  /** What a rotation ends with. */
  readonly code: string;
  readonly end: () => Promise<unknown>;
}

/** A rotation behind a proxy at which all passwords that are ever stored are noted. */
class Noted {
  readonly rotating: Rotating;
  readonly passwords: Set<string> = new Set();
  #proxy: TcpProxy;

  private constructor(rotating: Rotating, proxy: TcpProxy) {
    this.rotating = rotating;
    this.#proxy = proxy;
  }

  static async open(server: Server): Promise<Noted> {
    const proxy = await TcpProxy.open({ to: server });
    return new Noted(await Rotating.open(server, { by: proxy.server }), proxy);
  }

  /** @param cutAt the connection that is lost */
  async rotate(args: readonly string[] = [], cutAt?: number): Promise<string | undefined> {
    const { port } = this.#proxy;
    await this.#proxy.close();
    const note = { act: { until: () => this.note() }, unit: 1 };
    const cut = { act: 'reset', unit: 1 } as const;
    const plan = [2, 3, 4, 5].map((connection) => ({ connection, ...(connection === cutAt ? cut : note) }));
    this.#proxy = await TcpProxy.open({ to: this.rotating.server, port, plan });
    const result = await this.rotating.rotate(args);
    await this.note();
    for (const password of this.passwords) assert.not.ok(result.output.includes(password));
    return codeOf(result) ?? (result.code === 0 ? undefined : result.output);
  }

  async note(): Promise<void> {
    for (const password of slotsOf(await this.rotating.record())) this.passwords.add(password);
  }
}

/** Where the server wrote one of them since then, in any encoding. */
async function leaksOf(server: Server, passwords: Iterable<string>, since: number): Promise<string[]> {
  const all = (await written(server)).filter(({ where }) => !isOlder(where, since));
  return [...passwords].flatMap((password) =>
    all.flatMap(({ where, bytes }) => findSecret(bytes, password).map((form) => `${where} (${form})`)),
  );
}

/** A file that nobody has written to since. Views have no file. */
function isOlder(where: string, since: number): boolean {
  const time = statSync(where, { throwIfNoEntry: false })?.mtimeMs;
  return time !== undefined && time < since;
}

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`what a noisy server writes down of a rotation, ${engine}`, { needs: [engine] });

  test('no old and no new password: done, cut off and resumed, turned down, by an admin, with grace', async () => {
    // Its rules for passwords change meanwhile.
    const server = await (await ownGround()).use(engine, 'noisy');
    const since = Date.now();
    const noted = await Noted.open(server);
    const { rotating, passwords } = noted;
    // The account was made with a password in the clear.
    must(await rotating.rotate());
    assert.is(await noted.rotate(), undefined);
    assert.match(String(await noted.rotate([], 3)), /./);
    assert.is(await noted.rotate(['--finish']), undefined);
    const { code, end } = await obstacles[engine](server, rotating.login);
    const before = passwords.size;
    assert.is(await noted.rotate(), code);
    assert.ok(passwords.size > before, 'one was stored before it was turned down');
    await end();
    await rotating.addAdmin(powers[engine]);
    const grace = engine === 'postgresql' ? [] : ['--grace', '1h'];
    assert.is(await noted.rotate(['--admin', 'admin', ...grace]), undefined);
    assert.is(await noted.rotate(['--admin', 'admin']), undefined);
    assert.ok(passwords.size >= 5, `${passwords.size}`);
    assert.equal(await leaksOf(server, passwords, since), []);
  });

  test('and the search finds one that is sent in the clear', async () => {
    const server = await (await ownGround()).use(engine, 'noisy');
    const since = Date.now();
    const { login } = await Rotating.open(server);
    const plain = `Noisy-${login.user}-Zz9`;
    const statement = {
      postgresql: `ALTER ROLE ${login.user} PASSWORD '${plain}'`,
      mariadb: `SET PASSWORD FOR '${login.user}'@'%' = PASSWORD('${plain}')`,
      // Which keeps those out of its logs.
      mysql: `SELECT '${plain}'`,
    };
    await asAdmin(server, statement[engine]);
    assert.ok((await leaksOf(server, [plain], since)).length > 0);
  });

  test.run();
}
