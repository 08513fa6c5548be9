import { connect, createServer, type Server as Listener } from 'node:net';
import { codeOf, must, Shop, stocked } from '../commands/kit.ts';
import { assert, suite } from '../helpers/suite.ts';
import type { Server } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('run --via', { needs: ['postgresql', 'mariadb'] });

interface Tunnel {
  readonly port: number;
  readonly connections: () => number;
  close(): void;
}

/** As `ssh -L` does: a port of this machine that leads to the server. */
async function tunnel(to: Server): Promise<Tunnel> {
  let connections = 0;
  const listener: Listener = createServer((near) => {
    connections += 1;
    const far = connect(to.port, 'localhost');
    near
      .on('error', () => far.destroy())
      .pipe(far)
      .on('error', () => near.destroy())
      .pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, connections: () => connections, close: () => listener.close() };
}

/** The profile names `db.test`, which no name server knows: only a tunnel leads there. */
async function behind(variant: 'right' | 'otherName'): Promise<{ shop: Shop; near: Tunnel }> {
  const server = await use('postgresql', variant);
  const { shop, login } = await stocked(server);
  const [dev] = Object.values(shop.profiles());
  shop.write({ dev: { ...dev, url: `postgresql://${login.user}@db.test/${login.database}` } });
  must(await shop.dbcreds(['remove', 'dev', '--yes']));
  await shop.store('dev', login.password);
  return { shop, near: await tunnel(server) };
}

const query = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';

test('verify-full holds for the real name, through the tunnel', async () => {
  const { shop, near } = await behind('right');
  try {
    const via = ['--via', `localhost:${near.port}`];
    const run = must(await shop.dbcreds(['run', '-e', 'dev', ...via, '--', 'psql', '-Atqc', query]));
    assert.equal([run.stdout, run.stderr], ['t\n', '']);
    const env = must(
      await shop.dbcreds(['run', '-e', 'dev', ...via, '--', 'sh', '-c', 'env | grep ^PG | sort']),
    ).stdout;
    for (const line of [
      'PGHOST=db.test',
      'PGHOSTADDR=127.0.0.1',
      `PGPORT=${near.port}`,
      'PGSSLMODE=verify-full',
    ])
      assert.ok(env.split('\n').includes(line), line);
    assert.ok(near.connections() > 0);
    // Our own login goes the same way, and so do its checks.
    const before = near.connections();
    must(await shop.dbcreds(['run', '-e', 'dev', '--verify', ...via, '--', 'true']));
    assert.match(must(await shop.dbcreds(['test', 'dev', ...via])).stdout, /^TLS +TLSv1\.3, verified$/m);
    assert.ok(near.connections() >= before + 2);
    const dry = must(await shop.dbcreds(['run', '-e', 'dev', ...via, '--dry-run', '--', 'psql'])).stdout;
    assert.match(dry, new RegExp(`^dials {5}127\\.0\\.0\\.1:${near.port}$`, 'm'));
  } finally {
    near.close();
  }
});

test('another server at the end of the tunnel gets no password', async () => {
  const { shop, near } = await behind('otherName');
  try {
    const via = ['--via', `127.0.0.1:${near.port}`];
    const run = await shop.dbcreds(['run', '-e', 'dev', ...via, '--', 'psql', '-Atqc', query]);
    assert.is(run.code, 2);
    assert.match(
      run.stderr,
      /server certificate for "elsewhere\.test".* does not match host name "db\.test"/,
    );
    assert.is(
      codeOf(await shop.dbcreds(['run', '-e', 'dev', '--verify', ...via, '--', 'true'])),
      'CERT_NAME',
    );
  } finally {
    near.close();
  }
});

test('it is for one run, and changes no seal', async () => {
  const { shop, near } = await behind('right');
  try {
    must(await shop.dbcreds(['run', '-e', 'dev', '--via', `localhost:${near.port}`, '--', 'true']));
    assert.match(must(await shop.dbcreds(['trust', 'dev'])).stderr, /nothing has changed/);
  } finally {
    near.close();
  }
});

test('an address and a port; without the port, the one of the profile', async () => {
  const shop = await Shop.open(
    { dev: { url: 'postgresql://a@db.test:6000/d' } },
    { DBCREDS_DEV_PASSWORD: 'x' },
  );
  const dialled = async (via: string): Promise<string> =>
    must(
      await shop.dbcreds(['run', '-e', 'dev', `--via=${via}`, '--', 'sh', '-c', 'echo $PGHOSTADDR $PGPORT']),
    ).stdout;
  assert.is(await dialled('10.0.0.1:7000'), '10.0.0.1 7000\n');
  assert.is(await dialled('localhost'), '127.0.0.1 6000\n');
  assert.is(await dialled('[::1]:7000'), '::1 7000\n');
  for (const via of ['bastion.example:22', 'localhost:0', '1.2.3.4:70000', ':7000', '', '300.1.1.1:1']) {
    const { stderr, code } = await shop.dbcreds(['run', '-e', 'dev', `--via=${via}`, '--', 'true']);
    assert.is(code, 125, via);
    assert.match(
      stderr,
      /^dbcreds: --via takes an IP address or localhost, and a port: 127\.0\.0\.1:6543 \(USAGE\)/,
    );
  }
});

test('refused where no client could hold the name: MySQL, and dialects that dial the host', async () => {
  const { shop } = await stocked(await use('mariadb'));
  const mysql = await shop.dbcreds(['run', '-e', 'dev', '--via', '127.0.0.1:1', '--', 'true']);
  assert.match(
    mysql.stderr,
    /^dbcreds: --via is for PostgreSQL alone: mariadb clients check the name that they dial \(USAGE\)/,
  );
  const pg = await Shop.open({ dev: { url: 'postgresql://a@db.test/d' } }, { DBCREDS_DEV_PASSWORD: 'x' });
  const prisma = ['run', '-e', 'dev', '--via', '127.0.0.1:1', '--url-style', 'prisma', '--', 'true'];
  assert.match(
    (await pg.dbcreds(prisma)).stderr,
    /dialled through a tunnel, and such clients dial the host itself/,
  );
});

test.run();
