import { assert, suite } from '../helpers/suite.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('add from a pipe', { needs: ['pty'] });

const target = 'postgresql://app@localhost:5432/shop';
const shopWith = (): Promise<Shop> => Shop.open({ dev: { url: target } });
const show = [
  'run',
  '-e',
  'dev',
  '--',
  'sh',
  '-c',
  'printf %s "$PGPASSWORD" | od -An -v -tx1 | tr -d " \\n"',
];

async function stored(shop: Shop): Promise<string> {
  return Buffer.from(must(await shop.dbcreds(show)).stdout, 'hex').toString('utf8');
}

const kept: readonly (readonly [name: string, input: string, password: string])[] = [
  ['no line end', 'pass word', 'pass word'],
  ['one line feed', 'pass word\n', 'pass word'],
  ['one CR LF', 'pass word\r\n', 'pass word'],
  ['two line ends: one belongs to it', 'pass word\n\n', 'pass word\n'],
  ['a carriage return alone', 'pass word\r', 'pass word\r'],
  ['blanks at both ends', '  pass word \t\n', '  pass word \t'],
  ['lines', 'pass\nword\n', 'pass\nword'],
  ['a byte order mark in front', '\uFEFFpass word\r\n', 'pass word'],
  ['what looks like an option', '--help\n', '--help'],
  ['all kinds', `'"\\$\`%@:/?#é𝄞&= \n`, `'"\\$\`%@:/?#é𝄞&= `],
];

for (const [name, input, password] of kept) {
  test(`--password-stdin: ${name}`, async () => {
    const shop = await shopWith();
    must(await shop.dbcreds(['add', 'dev', '--password-stdin', '--no-test'], { input }));
    assert.is(await stored(shop), password);
  });
}

const refused: readonly (readonly [name: string, input: string | Buffer, says: RegExp])[] = [
  ['nothing', '', /stdin is empty/],
  ['a line end alone', '\n', /stdin is empty/],
  ['a NUL', 'pass\0word', /holds a NUL character/],
  ['Latin-1', Buffer.from('pässword', 'latin1'), /is not UTF-8 text/],
  ['a whole disk', Buffer.alloc(1 << 20, 'x'), /stdin holds more than 64 KiB/],
];

for (const [name, input, says] of refused) {
  test(`--password-stdin: ${name} is refused`, async () => {
    const shop = await shopWith();
    const { code, stderr } = await shop.dbcreds(['add', 'dev', '--password-stdin', '--no-test'], { input });
    assert.is(code, 125);
    assert.match(stderr, says);
    assert.is(codeOf({ stderr }), 'USAGE');
    assert.is(codeOf(await shop.dbcreds(show)), 'NO_CREDENTIAL');
  });
}

test('a password that no keychain would hold three times is refused', async () => {
  const shop = await shopWith();
  const { code, stderr } = await shop.dbcreds(['add', 'dev', '--password-stdin', '--no-test'], {
    input: 'x'.repeat(2000),
  });
  assert.is(code, 125);
  assert.is(codeOf({ stderr }), 'RECORD_TOO_LARGE');
});

test('a slow writer is waited for', async () => {
  const shop = await shopWith();
  const script = '(printf pass; sleep 0.4; printf word) | "$@"';
  const { cli } = await import('../helpers/program.ts');
  const add = [process.execPath, cli, 'add', 'dev', '--password-stdin', '--no-test'];
  must(await shop.program('sh', ['-c', script, 'sh', ...add]));
  assert.is(await stored(shop), 'password');
});

test('a terminal is no pipe: it would show what is typed', async () => {
  const shop = await shopWith();
  for (const option of ['--password-stdin', '--url-stdin']) {
    const add = shop.terminal(['add', 'dev', option]);
    assert.equal(await add.end(), { code: 125, signal: null });
    assert.match(
      add.output,
      /reads from a pipe, and stdin is a terminal, which would show what you type \(USAGE\)/,
    );
    assert.match(add.output, /be asked for it, hidden: +dbcreds add dev\r\n/);
  }
});

test('--url-stdin: a new profile from a whole URL', async () => {
  const shop = await Shop.open();
  const args = ['add', 'dev', '--url-stdin', '--no-test', '--provider', 'file'];
  must(await shop.dbcreds(args, { input: 'postgres://app:p%40ss@localhost/shop\n' }));
  assert.equal(shop.profiles().dev, { url: target });
  assert.is(await stored(shop), 'p@ss');
});

test('--url-stdin: the password of a profile that is there, if it is for the same target', async () => {
  const shop = await shopWith();
  must(
    await shop.dbcreds(['add', 'dev', '--url-stdin', '--no-test'], {
      input: 'postgres://app:one@localhost/shop',
    }),
  );
  assert.is(await stored(shop), 'one');
  const table: [string, RegExp][] = [
    [
      'postgres://app:two@elsewhere/shop',
      /the URL is for another target: postgresql:\/\/app@elsewhere:5432\/shop, not/,
    ],
    ['postgres://app@localhost/shop', /the URL holds no password/],
    ['postgres://app:two@localhost', /it names no database/],
  ];
  for (const [input, says] of table) {
    const { code, stderr } = await shop.dbcreds(['add', 'dev', '--url-stdin', '--no-test'], { input });
    assert.is(code, 125);
    assert.match(stderr, says);
    assert.not.match(stderr, /two/);
  }
  assert.is(await stored(shop), 'one');
});

test('there is one stdin', async () => {
  const shop = await shopWith();
  for (const name of ['dev', 'new']) {
    const args = ['add', name, '--url-stdin', '--password-stdin', '--provider', 'file'];
    assert.match((await shop.dbcreds(args, { input: 'x' })).stderr, /there is one stdin \(USAGE\)/);
  }
});

test.run();
