import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { must, type Shop, stocked } from '../commands/kit.ts';
import { passwordsOf } from '../commands/rotation.ts';
import { assert, suite } from '../helpers/suite.ts';
import { asAdmin, type Login, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';

/** Whether the server lets it in, by the engine's plain driver. */
async function connects(server: Server, { user, database }: Login, password: string): Promise<boolean> {
  const { host, port, ca } = server;
  const ssl = { ca: readFileSync(ca, 'utf8') };
  try {
    if (server.engine === 'postgresql') {
      const client = new Client({ host, port, user, database, password, ssl });
      client.on('error', () => {});
      await client.connect();
      await client.end();
    } else await (await createConnection({ host, port, user, database, password, ssl })).end();
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '28P01' || code === 'ER_ACCESS_DENIED_ERROR') return false;
    throw error;
  }
}

/** Clients that connect all the time, each with the password that it has read from the store, until it is refused. */
class Crowd {
  logins = 0;
  refused = 0;
  /** How often the new password was read from the store and refused. */
  stuck = 0;
  /** Logins with another password than the first. */
  renewed = 0;
  readonly #work: Promise<void>[];
  #over = false;

  constructor(shop: Shop, server: Server, login: Login, size: number) {
    this.#work = Array.from({ length: size }, async () => {
      const read = async (): Promise<string> => (await passwordsOf(shop))[0] ?? '';
      let password = await read();
      while (!this.#over) {
        if (await connects(server, login, password)) {
          this.logins += 1;
          if (password !== login.password) this.renewed += 1;
        } else {
          this.refused += 1;
          if (password !== login.password) this.stuck += 1;
          password = await read();
        }
      }
    });
  }

  async reach(logins: number): Promise<void> {
    const goal = this.logins + logins;
    while (this.logins < goal) await sleep(5);
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#work);
  }
}

const size = 50;

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`a rotation under ${size} clients, ${engine}`, { needs: [engine] });

  test('those that are refused come in with what they read next', async () => {
    const server = await use(engine);
    const { shop, login } = await stocked(server);
    const crowd = new Crowd(shop, server, login, size);
    await crowd.reach(2 * size);
    must(await shop.dbcreds(['rotate', 'dev', '--sole-holder'], { timeout: 60_000 }));
    await crowd.reach(4 * size);
    await crowd.end();
    assert.ok(crowd.refused > 0, 'nobody was refused: the crowd came too late');
    assert.ok(crowd.renewed >= size, `${crowd.renewed} came in with the new password`);
    assert.is(crowd.stuck, 0);
    process.stdout.write(`${engine}: ${crowd.logins} logins, ${crowd.refused} refused\n`);
  });

  if (engine !== 'postgresql')
    test('with grace nobody is refused at all', async () => {
      const server = await use(engine);
      const { shop, login } = await stocked(server);
      const right = engine === 'mysql' ? 'APPLICATION_PASSWORD_ADMIN' : 'CREATE USER';
      await asAdmin(server, `GRANT ${right} ON *.* TO '${login.user}'@'%'`);
      const crowd = new Crowd(shop, server, login, size);
      await crowd.reach(2 * size);
      const rotate = ['rotate', 'dev', '--sole-holder', '--grace', '1h'];
      must(await shop.dbcreds(rotate, { timeout: 60_000 }));
      await crowd.reach(4 * size);
      await crowd.end();
      assert.is(crowd.refused, 0);
      assert.ok(await connects(server, login, (await passwordsOf(shop))[0] ?? ''));
      assert.is.not((await passwordsOf(shop))[0], login.password);
    });

  test.run();
}
