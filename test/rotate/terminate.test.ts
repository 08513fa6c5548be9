import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { must } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import { use } from '../services/use.ts';
import { Rotating } from './rotating.ts';

interface Queried {
  query(sql: string): Promise<unknown>;
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
    const open = async (): Promise<{ alive: () => Promise<boolean> }> => {
      const login = { ...rotating.login, password: await rotating.current() };
      const to = { ...login, host: server.host, port: server.port, ssl: { rejectUnauthorized: false } };
      return { alive: aliveness(await (engine === 'postgresql' ? openPg(to) : createConnection(to))) };
    };
    const first = await open();
    must(await rotating.rotate());
    assert.ok(await first.alive());
    must(await rotating.rotate(['--terminate']));
    assert.not.ok(await first.alive());
  });

  test.run();
}
