import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { codeOf, must } from '../commands/kit.ts';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { TcpProxy } from '../helpers/proxy.ts';
import { assert, suite } from '../helpers/suite.ts';
import type { Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { bare, Rotating } from './rotating.ts';

const test = suite('rotate/postgresql on the way', { needs: ['postgresql'] });

const mark = (): string => randomBytes(4).toString('hex');

/** As extensions such as credcheck say it, which take passwords alone. */
const noHash = { code: '22023', message: 'password type is not a plain text' };
const hashed = /^ALTER ROLE .*SCRAM-SHA-256/s;
const plainly = /^ALTER ROLE \S+ PASSWORD '[^$']+'$/;
const tooWeak = { code: '22023', message: 'password is too easy to crack' };

/** A role whose server answers the change so, once each. */
async function picky(
  ...answers: [RegExp, typeof noHash][]
): Promise<{ rotating: Rotating; proxy: TcpProxy }> {
  const server = await use('postgresql');
  const { right } = await use('certificates');
  const plan = answers.map(([statement, refuse]) => ({ statement, act: { refuse } }));
  const proxy = await TcpProxy.open({ to: server, tls: right, plan });
  return { rotating: await Rotating.open(server, { by: { port: proxy.port } }), proxy };
}

test('a server that takes no hash is refused, with what it would write down', async () => {
  const { rotating, proxy } = await picky([hashed, noHash]);
  const { stderr } = await rotating.refuses('PLAINTEXT_SQL');
  assert.is(proxy.fired.length, 1);
  assert.match(stderr, /log_statement +all/);
  assert.match(stderr, 'dbcreds rotate dev --allow-plaintext-sql');
  assert.ok(await rotating.takes(rotating.login.password));
});

test('with --allow-plaintext-sql it gets the password, after its log settings were shown', async () => {
  const { rotating, proxy } = await picky([hashed, noHash]);
  const result = must(await rotating.rotate(['--allow-plaintext-sql']));
  assert.is(proxy.fired.length, 1);
  assert.match(result.stderr, /warning: .*log_min_error_statement=error.*log_statement=all/);
  const now = await rotating.current();
  assert.ok(rotating.heard(`PASSWORD '${now}'`), 'which is what it says of itself');
  assert.ok(await rotating.takes(now));
  assert.not.ok(await rotating.takes(rotating.login.password));
});

test('a password that it turns down is followed by one more, and by no third', async () => {
  const { rotating, proxy } = await picky([hashed, noHash], [plainly, tooWeak]);
  must(await rotating.rotate(['--allow-plaintext-sql']));
  assert.is(proxy.fired.length, 2);
  assert.ok(await rotating.takes(await rotating.current()));

  const twice = await picky([hashed, noHash], [plainly, tooWeak], [plainly, tooWeak]);
  const before = bare(await twice.rotating.record());
  const result = await twice.rotating.rotate(['--allow-plaintext-sql']);
  assert.is(codeOf(result), 'PASSWORD_REJECTED', result.output);
  assert.is(twice.proxy.fired.length, 3);
  assert.equal(bare(await twice.rotating.record()), before);
  assert.ok(await twice.rotating.takes(twice.rotating.login.password));
});

test('where the login differs from the role, the role is changed, by itself and by an admin', async () => {
  const server = await use('postgresql', 'plain');
  const user = `app_${mark()}`;
  const login = user.replace('_', '.');
  const port = await renamer(server, login, user);
  const more = { user: login, serverUser: user };
  const rotating = await Rotating.open(server, { login: { user }, plain: true, by: { port }, more });
  await rotating.succeeds();
  await rotating.addAdmin(({ user: admin }) => [
    `ALTER ROLE ${admin} CREATEROLE`,
    `GRANT ${user} TO ${admin} WITH ADMIN OPTION`,
  ]);
  await rotating.succeeds(['--admin', 'admin']);
});

test('and without serverUser it is refused, and the refusal names what to write', async () => {
  const server = await use('postgresql', 'plain');
  const user = `app_${mark()}`;
  const login = user.replace('_', '.');
  const port = await renamer(server, login, user);
  const rotating = await Rotating.open(server, {
    login: { user },
    plain: true,
    by: { port },
    more: { user: login },
  });
  const { stderr } = await rotating.refuses('WRONG_ACCOUNT');
  assert.match(stderr, `"serverUser": "${user}"`);
});

/** Lets one login in as another role, as hosted poolers do. Both names have the same length. */
async function renamer(server: Server, login: string, role: string): Promise<number> {
  const listener = createServer((client) => {
    const upstream = connect(server.port, server.host);
    for (const socket of [client, upstream])
      socket
        .on('error', () => {})
        .on('close', () => {
          client.destroy();
          upstream.destroy();
        });
    client.once('data', (startup) => {
      upstream.write(
        Buffer.from(startup.toString('latin1').replace(`\0${login}\0`, `\0${role}\0`), 'latin1'),
      );
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  atEndOfTest(() => listener.close());
  const address = listener.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test.run();
