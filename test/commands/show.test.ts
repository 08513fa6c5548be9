import { assert, suite } from '../helpers/suite.ts';
import { codeOf, must, Shop } from './kit.ts';

const test = suite('show', { needs: ['pty'] });

const url = 'postgresql://app@localhost:5432/shop';
const password = 'a-Secret-of-the-shop-1';

const rows = (text: string): { [label: string]: string } =>
  Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/, 2) as [string, string]),
  );

test('what a profile is, and never its password', async () => {
  const shop = await Shop.open({
    dev: { url, description: 'the shop', hostAddress: '127.0.0.1:6000', expires: '90d' },
  });
  await shop.store('dev', password);
  const { stdout, stderr } = must(await shop.dbcreds(['show', 'dev']));
  assert.is(stderr, '');
  const { set, expires, ...others } = rows(stdout);
  assert.equal(others, {
    profile: 'shop/dev',
    about: 'the shop',
    file: shop.file,
    target: 'app@localhost:5432/shop (postgresql)',
    dials: '127.0.0.1:6000',
    TLS: 'disable (by default)',
    provider: 'file: set in dbcreds.json',
    'kept in': shop.context().folders.data.concat('/credentials.age'),
  });
  assert.match(set ?? '', /^\d{4}-\d\d-\d\d \(less than a minute ago\)$/);
  assert.match(expires ?? '', /^\d{4}-\d\d-\d\d \(in 89 days\)$/);
  for (const args of [
    ['show', 'dev', '--json'],
    ['show', '--env', 'dev'],
    ['show', 'shop/dev'],
  ])
    assert.not.match(must(await shop.dbcreds(args)).output, new RegExp(password));
});

test('which provider, and why', async () => {
  const shop = await Shop.open({ dev: { url }, other: { url, provider: undefined } });
  assert.is(rows(must(await shop.dbcreds(['show', 'dev'])).stdout).provider, 'file: set in dbcreds.json');
  const flag = await shop.dbcreds(['show', 'other', '--provider', 'file']);
  assert.is(rows(flag.stdout).provider, 'file: --provider');
  const env = await shop.dbcreds(['show', 'dev'], { env: { DBCREDS_DEV_PASSWORD: 'x' } });
  assert.is(rows(env.stdout).provider, 'env: DBCREDS_DEV_PASSWORD is set');
});

test('where the keychain cannot be asked, all that is known is shown, and the error tells what to do', async () => {
  const shop = await Shop.open({ dev: { url, provider: 'keychain' } });
  const { stdout, stderr, code } = await shop.dbcreds(['show', 'dev']);
  assert.is(code, 125);
  assert.is(rows(stdout).password, 'not known: there is no Secret Service to ask');
  assert.is(rows(stdout).target, 'app@localhost:5432/shop (postgresql)');
  assert.is(codeOf({ stderr }), 'KEYCHAIN_MISSING');
  const json = await shop.dbcreds(['show', 'dev', '--json']);
  assert.equal([json.code, JSON.parse(json.stdout).state], [125, 'failed']);
});

test('no password', async () => {
  const shop = await Shop.open({ dev: { url } });
  const { stdout } = must(await shop.dbcreds(['show', 'dev']));
  assert.is(rows(stdout).password, 'none is stored');
  assert.is(JSON.parse(must(await shop.dbcreds(['show', 'dev', '--json'])).stdout).state, 'missing');
});

test('the default, DBCREDS_ENV, and two names', async () => {
  const shop = await Shop.open();
  shop.write({ dev: { url }, ci: { url } }, { default: 'dev' });
  assert.is(rows(must(await shop.dbcreds(['show'])).stdout).profile, 'shop/dev');
  assert.is(
    rows(must(await shop.dbcreds(['show'], { env: { DBCREDS_ENV: 'ci' } })).stdout).profile,
    'shop/ci',
  );
  assert.is(codeOf(await shop.dbcreds(['show', 'dev', '--env', 'ci'])), 'USAGE');
});

test('--reveal: on a terminal alone, stdout included, and logged', async () => {
  const shop = await Shop.open({ dev: { url } });
  await shop.store('dev', password);
  const pipe = await shop.dbcreds(['show', 'dev', '--reveal']);
  assert.equal([pipe.code, pipe.stdout, codeOf(pipe)], [125, '', 'NO_TERMINAL']);
  const shown = shop.terminal(['show', 'dev', '--reveal']);
  assert.equal(await shown.end(), { code: 0, signal: null });
  assert.is(shown.output, `${password}\r\n`);
  const { Terminal } = await import('../helpers/terminal.ts');
  const { cli } = await import('../helpers/program.ts');
  const script = `"${process.execPath}" "${cli}" show dev --reveal > caught; cat caught`;
  const redirected = new Terminal('sh', ['-c', script], shop.options());
  await redirected.end();
  assert.match(redirected.output, /is shown on a terminal alone \(NO_TERMINAL\)/);
  assert.not.match(redirected.output, new RegExp(password));
  assert.equal(
    shop.log().map(({ event }) => event),
    ['add', 'reveal'],
  );
  assert.is(codeOf(await shop.dbcreds(['show', 'dev', '--reveal', '--json'])), 'USAGE');
});

test('--reveal of production: after its question', async () => {
  const shop = await Shop.open({ prod: { url, production: true } });
  await shop.store('prod', password);
  const no = shop.terminal(['show', 'prod', '--reveal']);
  await no.expect('Type its name, prod, to go on: ');
  no.answer('dev');
  assert.is((await no.end()).code, 125);
  assert.not.match(no.output, new RegExp(password));
  const yes = shop.terminal(['show', 'prod', '--reveal']);
  await yes.expect(/command {3}show --reveal\r\n[\s\S]*to go on: /);
  yes.answer('prod');
  assert.is((await yes.end()).code, 0);
  assert.match(yes.output, new RegExp(password));
});

test('--reveal of one that was moved to another target: refused', async () => {
  const shop = await Shop.open({ dev: { url } });
  await shop.store('dev', password);
  shop.write({ dev: { url: url.replace('localhost', 'evil.example') } });
  const show = shop.terminal(['show', 'dev', '--reveal']);
  await show.expect('Type yes: ');
  show.answer('no');
  assert.is((await show.end()).code, 125);
  assert.not.match(show.output, new RegExp(password));
});

test.run();
