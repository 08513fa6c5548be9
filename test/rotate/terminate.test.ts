import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { must } from '../commands/kit.ts';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { assert, suite } from '../helpers/suite.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

interface Queried {
  query(sql: string): Promise<unknown>;
  end(): Promise<void>;
}

async function openPg(to: object): Promise<Client> {
  const client = new Client(to);
  client.on('error', () => {});
  await client.connect();
  return client;
}

const aliveness = (client: Queried) => (): Promise<boolean> =>
  client.query('SELECT 1').then(
    () => true,
    () => false,
  );

for (const engine of ['postgresql', 'mariadb', 'mysql'] as const) {
  const test = suite(`rotate --terminate, ${engine}`, { needs: [engine] });

  test("ends the account's other sessions, which live on without it", async () => {
    const server = await use(engine);
    const rotating = await Rotating.open(server);
    const open = async (more: object = {}): Promise<{ alive: () => Promise<boolean> }> => {
      const login = { ...rotating.login, password: await rotating.current(), ...more };
      const to = { ...login, host: server.host, port: server.port, ssl: { rejectUnauthorized: false } };
      const client = await (engine === 'postgresql' ? openPg(to) : createConnection(to));
      // One that lives would keep this process alive.
      atEndOfTest(() => client.end().catch(() => {}));
      return { alive: aliveness(client) };
    };
    const first = await open();
    must(await rotating.rotate());
    // Which database it is in does not matter, and whose it is does.
    const elsewhere = await open({ database: engine === 'postgresql' ? 'postgres' : undefined });
    const stranger = await open(await newLogin(server));
    assert.ok((await first.alive()) && (await elsewhere.alive()));
    must(await rotating.rotate(['--terminate']));
    assert.equal(
      [await first.alive(), await elsewhere.alive(), await stranger.alive()],
      [false, false, true],
    );
  });

  test.run();
}
