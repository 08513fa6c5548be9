import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, urlOf } from './commands/kit.ts';
import { assertClean, type Dialogue, quiet, secret, watched } from './commands/witness.ts';
import { searchFolders } from './helpers/leak.ts';
import { assert, suite } from './helpers/suite.ts';
import { keys } from './helpers/terminal.ts';
import { freePort } from './services/server.ts';
import { use } from './services/use.ts';

const test = suite('no secret comes out where something fails', { needs: ['postgresql', 'pty'] });

const { enter } = keys;
const urlQuestion = 'Connection URL (hidden; Enter for the parts): ';
const hidden = '(hidden): ';

test('file: stored, used, and each way to fail', async () => {
  const server = await use('postgresql');
  const free = await freePort();
  const tls = { mode: 'verify-full', ca: 'ca.pem' };
  const { shop, witness } = await watched(server, (login) => ({
    dev: { url: urlOf(server, login), tls },
    ca: { url: urlOf(server, login), tls: { mode: 'verify-full' } },
    down: { url: `postgresql://app@localhost:${free}/shop` },
    nowhere: { url: `postgresql://app@${'a'.repeat(64)}.example/shop` },
    lost: { url: `${urlOf(server, login)}_not_there`, tls },
    prod: { url: urlOf(server, login), tls, production: true },
    old: { url: urlOf(server, login), tls, expires: '1d' },
    strict: { url: urlOf(server, login), tls, log: 'required' },
  }));
  const names = ['dev', 'ca', 'down', 'nowhere', 'lost', 'prod', 'old', 'strict'];
  for (const name of names) await shop.store(name, secret);
  await shop.alter('old', (record) => ({
    ...record,
    current: { ...record.current, setAt: 1000, expiresAt: 2000 },
  }));
  assert.equal(searchFolders([shop.place.folder], secret), []);
  const fails = async (code: string, args: string[], options = {}): Promise<void> => {
    assert.is(codeOf(await witness.run(args, options)), code, args.join(' '));
  };
  assert.is((await witness.run(['run', '-e', 'dev', ...quiet])).code, 0);
  for (const [name, code] of [
    ['ca', 'CERT_UNKNOWN_CA'],
    ['down', 'REFUSED'],
    ['nowhere', 'UNKNOWN_HOST'],
    ['lost', 'NO_DATABASE'],
  ] as const) {
    await fails(code, ['test', name]);
    await fails(code, ['run', '-e', name, '--verify', ...quiet]);
    await fails(code, ['add', name, '--password-stdin'], { input: secret });
  }
  await fails('CONFIRM', ['run', '-e', 'prod', ...quiet]);
  await fails(
    'CONFIRM',
    ['run', '-e', 'prod', '--confirm', secret, ...quiet].filter((word) => word !== secret),
  );
  await fails('EXPIRED', ['run', '-e', 'old', ...quiet]);
  await fails('UNSAFE_ENV', ['run', '-e', 'dev', ...quiet], { env: { NODE_DEBUG: 'child_process' } });
  await fails('NO_TERMINAL', ['show', 'dev', '--reveal']);
  await fails('NOT_FOUND', ['run', '-e', 'dev', '--', 'not-there']);
  await fails('RECORD_TOO_LARGE', ['add', 'dev', '--password-stdin', '--no-test'], {
    input: secret.repeat(40),
  });
  await fails('FILE_KEY', ['run', '-e', 'dev', ...quiet], {
    env: { DBCREDS_AGE_KEY: 'AGE-SECRET-KEY-1NONSENSE' },
  });
  const log = join(shop.context().folders.state, 'runs.jsonl');
  rmSync(log);
  mkdirSync(log);
  await fails('LOG', ['run', '-e', 'strict', ...quiet]);
  shop.write({ dev: { url: `postgresql://app@elsewhere.example/shop` } });
  await fails('BINDING_CHANGED', ['run', '-e', 'dev', ...quiet]);
  await fails('BINDING_CHANGED', ['test', 'dev']);
  assertClean(witness, 20);
});

const hostile: readonly string[] = [
  `postgres://app:${secret}@localhost/shop`,
  `app:${secret}@localhost/shop`,
  `oracle://app:${secret}@localhost/shop`,
  `postgres://${secret}@localhost/shop`,
  `postgres://app@localhost:${secret}/shop`,
  `postgres://localhost/shop?password=${encodeURIComponent(secret)}`,
  `postgres://app@localhost/shop?user=x&passwd=${encodeURIComponent(secret)}`,
  `postgres://app:${encodeURIComponent(secret)}@a,b,c/shop`,
  `postgres://app:${encodeURIComponent(secret)}@localhost:99999/shop`,
  `postgres://app:${encodeURIComponent(secret)}@localhost`,
  `postgres://app:${encodeURIComponent(secret)}@/shop`,
  `  "postgres://app:${encodeURIComponent(secret)}@localhost/shop"  `,
  `export DATABASE_URL=postgres://app:${encodeURIComponent(secret)}@localhost/shop`,
  secret,
];

test('hostile and broken URLs, pasted and piped', async () => {
  const { shop, witness } = await watched(await use('postgresql'), () => ({}));
  for (const [i, url] of hostile.entries()) {
    const piped = await witness.run(['add', `x${i}`, '--url-stdin', '--provider', 'file'], { input: url });
    assert.is(piped.code, 125, url);
    const pasted = await witness.converse(
      ['add', `x${i}`, '--provider', 'file', '--no-test'],
      [
        [urlQuestion, `${url}${enter}`],
        [/\(USAGE\)|Host \[|Database \[|User \[|\(hidden\): |stored the password/, keys.interrupt],
      ],
    );
    assert.not.match(pasted.output, /Zq7/);
  }
  assert.equal(searchFolders([shop.place.folder], secret), []);
  assertClean(witness, hostile.length * 2);
});

test('wrong passwords on terminals, and Ctrl-C in the middle of one', async () => {
  const server = await use('postgresql');
  const { witness } = await watched(server, (login) => ({
    dev: {
      url: urlOf(server, { ...login, user: 'nobody_at_all' }),
      tls: { mode: 'verify-full', ca: 'ca.pem' },
    },
  }));
  // A slip is asked again, three times in all.
  const wrong: Dialogue = Array.from({ length: 3 }, () => [hidden, secret + enter] as const);
  for (const args of [
    ['add', 'dev'],
    ['run', '-e', 'dev', ...quiet],
  ]) {
    assert.match((await witness.converse(args, wrong)).output, /\(WRONG_PASSWORD\)/);
    const cut = await witness.converse(args, [[hidden, `${secret}${keys.interrupt}`]]);
    assert.equal(await cut.ended, { code: null, signal: 'SIGINT' });
  }
  assertClean(witness, 4);
});

test.run();
