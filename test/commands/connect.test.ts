import { createCipheriv } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { openUnnamed } from '../../src/launch/unnamed.ts';
import { Secret } from '../../src/secret.ts';
import { findSecret, searchFolders } from '../helpers/leak.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, type Terminal } from '../helpers/terminal.ts';
import type { Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, stocked, urlOf } from './kit.ts';

const test = suite('connect', { needs: ['postgresql', 'mariadb', 'mysql', 'pty'] });

type Engine = Server['engine'];
const engines: readonly Engine[] = ['postgresql', 'mariadb', 'mysql'];
const clients = { postgresql: 'psql', mariadb: 'mariadb', mysql: 'mysql' } as const;

/** Arguments that have a client answer one question. */
const asking = (engine: Engine, sql: string): string[] =>
  engine === 'postgresql' ? ['--', '-XAtc', sql] : ['--', '-Ne', sql];

const who = {
  postgresql: `SELECT current_user || '|' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
  mariadb: `SELECT CONCAT(SUBSTRING_INDEX(USER(), '@', 1), '|', VARIABLE_VALUE <> '')
    FROM information_schema.session_status WHERE VARIABLE_NAME = 'Ssl_version'`,
  mysql: `SELECT CONCAT(SUBSTRING_INDEX(USER(), '@', 1), '|', VARIABLE_VALUE <> '')
    FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Ssl_version'`,
};

for (const engine of engines) {
  test(`${engine}: its client answers over TLS, and ends as it ends`, async () => {
    const { shop, login } = await stocked(await use(engine));
    const answer = must(await shop.dbcreds(['connect', 'dev', ...asking(engine, who[engine])]));
    assert.is(answer.stdout.replace('true', '1'), `${login.user}|1\n`);
    assert.is(answer.stderr, '');
    const wrong = await shop.dbcreds(['connect', '-e', 'dev', ...asking(engine, 'SELECT nonsense')]);
    assert.is(wrong.code, 1);
    assert.equal(
      shop.log().map(({ event, outcome, command }) => [event, outcome, command].filter(Boolean).join(' ')),
      ['add done', ...Array(2).fill(`connect launching ${clients[engine]}`)],
    );
  });

  for (const face of ['otherCa', 'otherName'] as const)
    test(`${engine}: a server with ${face} is not spoken to`, async () => {
      const { shop } = await stocked(await use(engine, face));
      const refused = await shop.dbcreds(['connect', 'dev', ...asking(engine, 'SELECT 1')]);
      assert.equal([refused.code !== 0, refused.stdout], [true, '']);
      assert.match(refused.stderr, /certificate|does not match|SSL connection error|TLS\/SSL error/i);
    });

  test(`${engine}: no process and no file shows the password while the client runs`, async () => {
    const { shop, login } = await stocked(await use(engine));
    const screen = shop.terminal(['connect', 'dev']);
    await screen.expect(engine === 'postgresql' ? `${login.database}=> ` : /(MariaDB|mysql).*> /);
    const client = childOf(screen.pid);
    assert.match(read(client, 'cmdline'), new RegExp(clients[engine]));
    for (const pid of [screen.pid, client]) {
      for (const what of ['cmdline', 'environ'])
        assert.equal(findSecret(read(pid, what), login.password), [], `${pid} ${what}`);
      for (const file of filesOf(pid)) assert.equal(findSecret(readFileSync(file), login.password), [], file);
    }
    assert.equal(searchFolders([shop.place.folder], login.password), []);
    // The look at the descriptor that has it proves that there is something to find.
    assert.ok(findSecret(readFileSync(`/proc/${client}/fd/3`), login.password).length > 0);
    await leave(screen);
    assert.equal(await screen.end(), { code: 0, signal: null });
  });
}

const leave = async (screen: Terminal): Promise<void> => screen.send(keys.end);

const read = (pid: number, what: string): string => readFileSync(`/proc/${pid}/${what}`, 'utf8');

function childOf(pid: number): number {
  const children = read(pid, `task/${pid}/children`).trim().split(' ').map(Number);
  const [child = 0] = children;
  // A starter that execs what it starts has no children of its own.
  return child;
}

/** What a process has open under a name that others can open. */
function filesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .filter((path) => path.startsWith('/') && !path.startsWith('/dev/') && existsSync(path));
}

test('psql: Ctrl-C ends a query and not the session', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const screen = shop.terminal(['connect', 'dev', '--', '-X']);
  await screen.expect(`${login.database}=> `);
  screen.answer("SELECT 'slept' FROM pg_sleep(60);");
  await screen.expect('60);');
  await new Promise((resolve) => setTimeout(resolve, 300));
  screen.send(keys.interrupt);
  await screen.expect('canceling statement due to user request');
  // The password file can be read again by the same client.
  screen.answer(`\\c ${login.database} ${login.user}`);
  await screen.expect('You are now connected');
  await screen.expect(`${login.database}=> `);
  screen.answer('\\! exit 3');
  screen.answer('\\q');
  assert.equal(await screen.end(), { code: 0, signal: null });
});

test('psql: piped statements arrive, and the status is its own', async () => {
  const { shop } = await stocked(await use('postgresql'));
  const input = '\\set ON_ERROR_STOP 1\nSELECT 41 + 1;\nSELECT nonsense;\n';
  const result = await shop.dbcreds(['connect', 'dev', '--', '-XAtq'], { input });
  assert.equal([result.code, result.stdout], [3, '42\n']);
});

test('a newer Node, which could be replaced, hands the file on too', async () => {
  const { file } = await use('node', '24');
  const { shop, login } = await stocked(await use('postgresql'));
  const args = ['connect', 'dev', '--', '-XAtc', 'SELECT current_user'];
  assert.is(must(await shop.dbcreds(args, { node: file })).stdout, `${login.user}\n`);
});

test('--read-only: a session that does not write', async () => {
  const { shop } = await stocked(await use('postgresql'));
  must(await shop.dbcreds(['connect', 'dev', ...asking('postgresql', 'CREATE TABLE t (x int)')]));
  const refused = await shop.dbcreds([
    ...['connect', 'dev', '--read-only'],
    ...asking('postgresql', 'INSERT INTO t VALUES (1)'),
  ]);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot execute INSERT in a read-only transaction/);
});

test('a rotation that was cut off is finished first', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  await shop.alter('dev', (record) => ({
    ...record,
    current: { password: new Secret('not-this-one-Zz9') },
    pending: { ...record.current, password: new Secret(login.password) },
    rotationId: 'r1',
  }));
  const args = ['connect', 'dev', ...asking('postgresql', 'SELECT current_user')];
  assert.is(must(await shop.dbcreds(args)).stdout, `${login.user}\n`);
});

test('production: refused without a confirmation; the question names the client', async () => {
  const { shop, login } = await stocked(await use('postgresql'), { production: true }, 'prod');
  const args = ['connect', 'prod', ...asking('postgresql', 'SELECT current_user')];
  const refused = await shop.dbcreds(args);
  assert.equal([refused.code, refused.stdout, codeOf(refused)], [125, '', 'CONFIRM']);
  assert.match(refused.stderr, /dbcreds connect prod --confirm prod/);
  assert.is(must(await shop.dbcreds(['connect', 'prod', '--confirm', 'prod', ...args.slice(2)])).code, 0);
  const screen = shop.terminal(args);
  assert.match(await screen.expect('Type its name, prod, to go on: '), /command {3}psql/);
  screen.answer('prod');
  await screen.expect(`${login.user}\r\n`);
  assert.equal(await screen.end(), { code: 0, signal: null });
  assert.equal(
    shop.log().map(({ event, outcome, code }) => [event, outcome, code].filter(Boolean).join(' ')),
    ['add done', 'connect refused CONFIRM', 'connect launching', 'connect launching'],
  );
});

for (const engine of ['mariadb', 'mysql'] as const)
  test(`${engine}: option files of the home folder do not count, in production neither`, async () => {
    const { shop, login } = await stocked(await use(engine), { production: true }, 'prod');
    const { home } = shop.place;
    shop.place.write(
      `${home}/.my.cnf`,
      '[client]\nhost=192.0.2.1\nuser=other\npassword=x\n[mysql]\nssl=0\n',
      0o600,
    );
    writeFileSync(`${home}/.mylogin.cnf`, loginPaths('[client]\nuser = other\nhost = 192.0.2.1\n'), {
      mode: 0o600,
    });
    const args = ['--confirm', 'prod', ...asking(engine, 'SELECT CURRENT_USER()')];
    const { stdout, stderr } = must(await shop.dbcreds(['connect', 'prod', ...args]));
    assert.equal([stdout, stderr], [`${login.user}@%\n`, '']);
    assert.is(
      codeOf(await shop.dbcreds(['run', '-e', 'prod', '--confirm', 'prod', '--', 'true'])),
      'UNSAFE_ENV',
    );
  });

/** What `mysql_config_editor` writes: its key, folded to 16 bytes, and each line with its length. */
function loginPaths(text: string): Buffer {
  const seed = Buffer.from('01234567890123456789');
  const key = Buffer.alloc(16);
  seed.forEach((byte, index) => {
    key[index % 16] = (key[index % 16] ?? 0) ^ byte;
  });
  const lines = text.split(/(?<=\n)/).flatMap((line) => {
    const cipher = createCipheriv('aes-128-ecb', key, null);
    const data = Buffer.concat([cipher.update(line), cipher.final()]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return [length, data];
  });
  return Buffer.concat([Buffer.alloc(4), seed, ...lines]);
}

test('inside a run: the same profile passes through, another is refused', async () => {
  const { shop, login } = await stocked(await use('postgresql'));
  const [dev] = Object.values(shop.profiles());
  shop.write({ dev: { ...dev }, other: { ...dev, url: urlOf(await use('postgresql'), login) } });
  const inside = (name: string) =>
    shop.dbcreds([
      ...['run', '-e', 'dev', '--', process.execPath, cli],
      ...['connect', name, ...asking('postgresql', 'SELECT current_user')],
    ]);
  assert.is(must(await inside('dev')).stdout, `${login.user}\n`);
  const refused = await inside('other');
  assert.equal([refused.code, codeOf(refused)], [125, 'NESTED']);
});

test('no client: 127, and what to install', async () => {
  const shop = await Shop.open({ dev: { url: 'mysql://a@localhost/d' } }, { PATH: '/nowhere' });
  const result = await shop.dbcreds(['connect', 'dev']);
  assert.equal([result.code, codeOf(result)], [127, 'NOT_FOUND']);
  assert.match(result.stderr, /^dbcreds: no mysql or mariadb is on the PATH: dev is mysql \(NOT_FOUND\)$/m);
  assert.match(result.stderr, /install it: +\S/);
});

test('where there is no unnamed file, none is opened', () => {
  assert.is(openUnnamed({ env: {}, platform: 'darwin' }), undefined);
  assert.is(openUnnamed({ env: {}, platform: 'win32' }), undefined);
});

test.run();
