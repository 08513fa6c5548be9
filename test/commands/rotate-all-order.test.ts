import { connect, createServer, type Socket } from 'node:net';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { asAdmin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { type Account, openAccounts, outcomes } from './accounts.ts';
import { must, urlOf } from './kit.ts';
import { accepts } from './rotation.ts';

const test = suite('rotate --all, in order', { needs: ['postgresql', 'secret-service', 'pty'] });

/** A way to the server that counts who comes. */
async function counted(to: Server): Promise<{ way: Server; came: () => number }> {
  let came = 0;
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    came += 1;
    const there = connect(to.port, '127.0.0.1');
    sockets.push(socket, there);
    for (const one of [socket, there]) one.on('error', () => {});
    socket.pipe(there).pipe(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  atEndOfTest(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = listener.address();
  return {
    way: { ...to, port: typeof address === 'object' && address ? address.port : 0 },
    came: () => came,
  };
}

test('production is asked about one by one before anything begins, and a wrong name stops that one alone', async () => {
  const server = await use('postgresql');
  const { way, came } = await counted(server);
  const { shop, accounts } = await openAccounts({ dev: server, one: server, two: server }, (logins) =>
    Object.fromEntries(
      ['dev', 'one', 'two'].map((name) => [
        name,
        { url: urlOf(way, (logins[name] as Account).login), production: name !== 'dev' },
      ]),
    ),
  );
  const screen = shop.terminal(['rotate', '--all', '--sole-holder']);
  await screen.expect('Type its name, one, to go on: ');
  screen.answer('no');
  await screen.expect('Type its name, two, to go on: ');
  assert.is(came(), 0);
  screen.answer('two');
  assert.is((await screen.end()).code, 1);
  assert.match(
    screen.output,
    /shop\/dev +rotated\r\nshop\/one +refused: one was not confirmed \(CONFIRM\)\r\nshop\/two +rotated/,
  );
  assert.ok(await accepts(server, (accounts.one as Account).login, (accounts.one as Account).login.password));
  const result = await shop.dbcreds([
    'rotate',
    '--all',
    '--sole-holder',
    '--json',
    '--confirm',
    'one',
    '--confirm',
    'two',
  ]);
  assert.equal(outcomes(must(result).stdout), { dev: 'rotated', one: 'rotated', two: 'rotated' });
});

test("who changes the others' passwords comes last", async () => {
  const server = await use('postgresql');
  const names = Object.fromEntries(['root', 'a', 'b', 'c', 'd', 'e'].map((name) => [name, server]));
  const { shop, accounts } = await openAccounts(names, () =>
    Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, { rotation: { admin: 'root' } }])),
  );
  const { login } = accounts.root as Account;
  await asAdmin(server, `ALTER ROLE "${login.user}" SUPERUSER`);
  const result = await shop.dbcreds(['rotate', '--all', '--sole-holder', '--json']);
  assert.equal(Object.values(outcomes(must(result).stdout)), Array(6).fill('rotated'));
  assert.not(await accepts(server, login, login.password));
});

test('a keychain that is locked fails its own profiles alone', async () => {
  const server = await use('postgresql');
  const keychain = await Keychain.open('unlocked');
  const { shop } = await openAccounts({ filed: server, kept: server, kept2: server });
  const { filed, kept, kept2 } = shop.profiles();
  shop.write({
    filed: { ...filed },
    kept: { ...kept, provider: 'keychain' },
    kept2: { ...kept2, provider: 'keychain' },
  });
  const env = keychain.env;
  for (const name of ['kept', 'kept2'])
    must(
      await shop.dbcreds(['add', name, '--password-stdin', '--no-test'], { env, input: 'q7Xc-Lm2vTz9KpWb4' }),
    );
  await keychain.lock();
  const result = await shop.dbcreds(['rotate', '--all', '--sole-holder', '--json'], { env });
  assert.is(result.code, 1);
  assert.equal(outcomes(result.stdout), {
    filed: 'rotated',
    kept: 'failed KEYCHAIN_LOCKED',
    kept2: 'failed KEYCHAIN_LOCKED',
  });
  await keychain.close();
});

test.run();
