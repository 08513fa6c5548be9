import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSecret } from '../helpers/leak.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { codeOf, must, Shop, type Written } from './kit.ts';

const test = suite('log');

const url = 'postgresql://app@localhost:5432/shop';
const secret = 'a-Secret-of-the-shop-1';
const today = new Date().toISOString().slice(0, 10);

const open = (more: Written = {}): Promise<Shop> =>
  Shop.open(
    { dev: { url, ...more }, prod: { url, production: true, tls: { mode: 'verify-full' } } },
    {
      DBCREDS_DEV_PASSWORD: secret,
      DBCREDS_DEV_SET_AT: today,
      DBCREDS_PROD_URL: url.replace('@', `:${secret}@`),
      DBCREDS_PROD_SET_AT: today,
    },
  );

const file = (shop: Shop): string => join(shop.context().folders.state, 'runs.jsonl');

test('a line for each run: names, target and outcome; no value, no argument, only for its owner', async () => {
  const shop = await open();
  const command = ['/bin/sh', '-c', 'exit 3', secret, '--token=very-private-argument'];
  assert.is((await shop.dbcreds(['run', '-e', 'dev', '--reason', 'a look', '--', ...command])).code, 3);
  await shop.dbcreds(['run', '-e', 'prod', '--', 'true']);
  must(await shop.dbcreds(['run', '-e', 'prod', '--confirm', 'prod', '--', 'true']));
  assert.is(statSync(file(shop)).mode & 0o777, 0o600);
  const text = readFileSync(file(shop), 'utf8');
  assert.equal(findSecret(text, secret), []);
  assert.not.match(text, /very-private-argument|exit 3/);
  const lines = shop.log().map(({ at, pid, ...line }) => {
    assert.ok(Date.now() - Date.parse(String(at)) < 60_000);
    assert.is(typeof pid, 'number');
    return line;
  });
  const target = 'postgresql://app@localhost:5432/shop';
  assert.equal(lines, [
    {
      profile: 'shop/dev',
      target,
      production: false,
      event: 'run',
      outcome: 'launching',
      provider: 'env',
      command: 'sh',
      reason: 'a look',
    },
    {
      profile: 'shop/prod',
      target,
      production: true,
      event: 'run',
      outcome: 'refused',
      provider: lines[1]?.provider,
      command: 'true',
      code: 'CONFIRM',
    },
    {
      profile: 'shop/prod',
      target,
      production: true,
      event: 'run',
      outcome: 'launching',
      provider: 'env',
      command: 'true',
    },
  ]);
});

test('a log that was taken away comes back for its owner alone', async () => {
  const shop = await open();
  for (const _ of ['the folder is new', 'the folder is there']) {
    must(
      await shop.program('sh', [
        '-c',
        'umask 0; exec "$@"',
        'sh',
        process.execPath,
        cli,
        'run',
        '-e',
        'dev',
        '--',
        'true',
      ]),
    );
    assert.is(statSync(file(shop)).mode & 0o777, 0o600);
    rmSync(file(shop));
  }
});

test('an override is written down', async () => {
  const shop = await open({ expires: '1d' });
  const env = { DBCREDS_DEV_SET_AT: '2020-01-01' };
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'dev', '--', 'true'], { env })), 'EXPIRED');
  const run = must(await shop.dbcreds(['run', '-e', 'dev', '--allow-expired', '--', 'true'], { env }));
  assert.match(run.stderr, /^dbcreds: warning: the password of dev expired \d+ days ago \(EXPIRED\)\n$/);
  const [refused, run2] = shop.log();
  assert.equal([refused?.code, run2?.overrides], ['EXPIRED', ['EXPIRED']]);
  assert.match(must(await shop.dbcreds(['log'])).stdout, /launching despite EXPIRED/);
});

test('a dry run is none', async () => {
  const shop = await open();
  must(await shop.dbcreds(['run', '-e', 'dev', '--dry-run', '--', 'true']));
  assert.match(must(await shop.dbcreds(['log'])).stderr, /^dbcreds: the log of runs is empty\n$/);
});

test('a command that was not found is there as refused', async () => {
  const shop = await open();
  assert.is((await shop.dbcreds(['run', '-e', 'dev', '--', 'not-there'])).code, 127);
  assert.match(must(await shop.dbcreds(['log'])).stdout, /not-there +refused NOT_FOUND\n$/);
});

test('shown in columns, of one profile, the last ones, as JSON lines', async () => {
  const shop = await open();
  for (const name of ['true', 'env', 'sh'])
    await shop.dbcreds(['run', '-e', 'dev', '--', name, ...(name === 'sh' ? ['-c', ':'] : [])]);
  must(await shop.dbcreds(['run', '-e', 'prod', '--confirm', 'prod', '--reason', 'why', '--', 'true']));
  const { stdout } = must(await shop.dbcreds(['log']));
  const [head = '', ...rows] = stdout.trimEnd().split('\n');
  assert.equal(head.split(/ {2,}/), ['WHEN', 'WHAT', 'PROFILE', 'COMMAND', 'OUTCOME', 'REASON']);
  assert.is(rows.length, 4);
  assert.match(
    rows[3] ?? '',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}run {3}shop\/prod ! {2}true +launching {2}why$/,
  );
  const count = async (...args: string[]): Promise<number> =>
    must(await shop.dbcreds(['log', '--json', ...args]))
      .stdout.split('\n')
      .filter((line) => line && JSON.parse(line)).length;
  assert.is(await count(), 4);
  assert.is(await count('--env', 'dev'), 3);
  assert.is(await count('-e', 'shop/prod'), 1);
  assert.is(await count('-n', '2'), 2);
  assert.is(await count('-n2', '-edev'), 2);
  for (const last of ['0', '-1', 'x', '1.5', ''])
    assert.is(codeOf(await shop.dbcreds(['log', `--last=${last}`])), 'USAGE');
});

test('a line that a crash cut off is left out, and control characters do not reach the terminal', async () => {
  const shop = await open();
  const evil = shop.place.write('\x1b[31mevil', '#!/bin/sh\n', 0o755);
  must(await shop.dbcreds(['run', '-e', 'dev', '--reason', '\x1b]0;x\x07', '--', evil]));
  writeFileSync(file(shop), '{"at":"2026-', { flag: 'a' });
  const { stdout } = must(await shop.dbcreds(['log']));
  assert.is(stdout.trimEnd().split('\n').length, 2);
  assert.not.match(stdout, /(?!\n)\p{Cc}/u);
  assert.match(stdout, /\\u001b\[31mevil/);
});

test('lines of runs at once do not mix', async () => {
  const shop = await open();
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      shop.dbcreds(['run', '-e', 'dev', '--reason', `${index}${'x'.repeat(3000)}`, '--', 'true']),
    ),
  );
  assert.equal(
    shop
      .log()
      .map(({ reason }) => parseInt(String(reason), 10))
      .sort((a, b) => a - b),
    [...Array(12).keys()],
  );
});

/** A folder where the log should be: nobody can write it, root neither. */
function block(shop: Shop): void {
  rmSync(file(shop), { force: true });
  mkdirSync(file(shop), { recursive: true });
}

test('one that cannot be written is a warning', async () => {
  const shop = await open();
  block(shop);
  const { stdout, stderr } = must(await shop.dbcreds(['run', '-e', 'dev', '--', 'echo', 'ran']));
  assert.is(stdout, 'ran\n');
  assert.match(
    stderr,
    /^dbcreds: warning: the log of runs, .*runs\.jsonl, cannot be written \(EISDIR\) \(LOG\)\n$/,
  );
});

test('"log": "required" refuses then, and nothing is started', async () => {
  const shop = await open({ log: 'required' });
  must(await shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
  block(shop);
  const { code, stdout, stderr } = await shop.dbcreds(['run', '-e', 'dev', '--', 'echo', 'ran']);
  assert.equal([code, stdout, codeOf({ stderr })], [125, '', 'LOG']);
});

test('a log that cannot be read is an error', async () => {
  const shop = await open();
  block(shop);
  assert.is(codeOf(await shop.dbcreds(['log'])), 'LOG');
});

test.run();
