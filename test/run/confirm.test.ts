import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, Shop } from '../commands/kit.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';

const test = suite('production is confirmed by its typed name', { needs: ['pty'] });

const password = 'Correct-Horse-7-Battery';
const url = (name: string) => `postgresql://app:${password}@db.company.com/${name}`;
const question = 'Type its name, prod, to go on: ';
const command = ['--', process.execPath, '-p', '"child of " + process.env.PGDATABASE'];

/** Two production profiles whose passwords come from variables. */
function open(entry: { readonly [key: string]: unknown } = {}): Promise<Shop> {
  const profile = (name: string) => ({
    url: `postgresql://app@db.company.com/${name}`,
    production: true,
    ...entry,
  });
  const today = new Date().toISOString().slice(0, 10);
  const env = {
    DBCREDS_PROD_URL: url('shop'),
    DBCREDS_PROD_SET_AT: today,
    DBCREDS_BILLING_URL: url('billing'),
    DBCREDS_BILLING_SET_AT: today,
  };
  return Shop.open({ prod: profile('shop'), billing: profile('billing') }, env);
}

/** A line for `sh`, which is then the leader of the terminal's session. */
const line = (...args: string[]): string =>
  [process.execPath, cli, 'run', ...args].map((word) => `'${word}'`).join(' ');

const shell = (shop: Shop, script: string): Terminal => new Terminal('sh', ['-c', script], shop.options());

test('the right name starts it; the question shows where the password will go', async () => {
  const shop = await open();
  const terminal = shop.terminal(['run', '--env', 'prod', ...command]);
  const shown = await terminal.expect(question);
  for (const fact of ['app', 'db.company.com:5432', 'shop (postgresql)', 'verify-full', shop.file, 'node'])
    assert.match(shown, fact);
  terminal.answer('prod');
  await terminal.expect('child of shop');
  assert.is((await terminal.end()).code, 0);
  assert.not.match(terminal.output, password);
});

test('project/name is as good', async () => {
  const terminal = (await open()).terminal(['run', '--env', 'prod', ...command]);
  await terminal.expect(question);
  terminal.answer('shop/prod');
  await terminal.expect('child of shop');
  assert.is((await terminal.end()).code, 0);
});

for (const wrong of ['', 'yes', 'PROD', 'prod2', ' prod'])
  test(`"${wrong}" is not its name: refused`, async () => {
    const terminal = (await open()).terminal(['run', '--env', 'prod', ...command]);
    await terminal.expect(question);
    terminal.answer(wrong);
    await terminal.expect('prod was not confirmed');
    assert.is((await terminal.end()).code, 125);
    assert.not.match(terminal.output, 'child of');
  });

test('Ctrl-C ends it by SIGINT, as a shell expects; Ctrl-D refuses', async () => {
  const shop = await open();
  const stopped = shop.terminal(['run', '--env', 'prod', ...command]);
  await stopped.expect(question);
  stopped.send(`pr${keys.interrupt}`);
  assert.equal(await stopped.end(), { code: null, signal: 'SIGINT' });
  const left = shop.terminal(['run', '--env', 'prod', ...command]);
  await left.expect(question);
  left.send(keys.end);
  assert.is((await left.end()).code, 125);
  for (const { output } of [stopped, left]) assert.not.match(output, 'child of');
});

test('on a terminal it asks although --confirm or DBCREDS_CONFIRM is there', async () => {
  const shop = await open();
  for (const [args, env] of [
    [['--confirm', 'prod'], {}],
    [[], { DBCREDS_CONFIRM: 'prod' }],
  ] as const) {
    const terminal = shop.terminal(['run', '--env', 'prod', ...args, ...command], { env });
    await terminal.expect(question);
    terminal.answer('no');
    assert.is((await terminal.end()).code, 125);
  }
});

test('it is remembered for the profile and the session, and not in another terminal', async () => {
  const shop = await open();
  const run = line('--env', 'prod', ...command);
  const one = shell(shop, `${run}; ${run}; ${line('--env', 'billing', ...command)}`);
  await one.expect(question);
  one.answer('prod');
  await one.expect(/child of shop[\s\S]*child of shop[\s\S]*Type its name, billing/);
  one.answer('billing');
  await one.expect('child of billing');
  assert.is((await one.end()).code, 0);
  assert.is(one.output.split(question).length - 1, 1);
  const other = shell(shop, run);
  await other.expect(question);
  other.answer('prod');
  assert.is((await other.end()).code, 0);
});

test('a refused answer is not remembered', async () => {
  const run = line('--env', 'prod', ...command);
  const terminal = shell(await open(), `${run}; ${run}`);
  await terminal.expect(question);
  terminal.answer('no');
  await terminal.expect(question);
  terminal.answer('prod');
  await terminal.expect('child of shop');
  assert.is((await terminal.end()).code, 0);
});

test('confirmFor "0" asks each time', async () => {
  const run = line('--env', 'prod', ...command);
  const terminal = shell(await open({ confirmFor: '0' }), `${run}; ${run}`);
  for (let round = 0; round < 2; round++) {
    await terminal.expect(question);
    terminal.answer('prod');
    await terminal.expect('child of shop');
  }
  assert.is((await terminal.end()).code, 0);
});

test('what was confirmed counts for that target alone', async () => {
  const shop = await open();
  const run = line('--env', 'prod', ...command);
  const terminal = shell(shop, `${run}; read moved; DBCREDS_PROD_URL='${url('other')}' ${run}`);
  await terminal.expect(question);
  terminal.answer('prod');
  await terminal.expect('child of shop');
  shop.write({ prod: { url: 'postgresql://app@db.company.com/other', production: true } });
  terminal.answer('');
  await terminal.expect(/other \(postgresql\)[\s\S]*Type its name, prod, to go on: /);
  terminal.answer('prod');
  await terminal.expect('child of other');
  assert.is((await terminal.end()).code, 0);
});

test("stdin stays the child's while the question is answered on the terminal", async () => {
  const script = `printf 'SELECT 1;\\n' | ${line('--env', 'prod', '--', 'sed', 's/^/got: /')}`;
  const terminal = shell(await open(), script);
  await terminal.expect(question);
  terminal.answer('prod');
  await terminal.expect('got: SELECT 1;');
  assert.is((await terminal.end()).code, 0);
});

test('two questions on one terminal wait for each other', async () => {
  const script = `${line('--env', 'prod', ...command)} & ${line('--env', 'billing', ...command)}; wait $!`;
  const terminal = shell(await open(), script);
  const ask = /Type its name, (\w+), to go on: /;
  const names = [];
  for (let round = 0; round < 2; round++) {
    const [, name = ''] = ask.exec(await terminal.expect(ask)) ?? [];
    // Time for the other one to put its question, if it would.
    await pause(700);
    assert.is(terminal.output.split('Type its name').length - 1, round + 1);
    terminal.answer(name);
    names.push(name);
  }
  assert.equal(names.sort(), ['billing', 'prod']);
  assert.is((await terminal.end()).code, 0);
  for (const child of ['child of shop', 'child of billing']) assert.match(terminal.output, child);
});

test('without a terminal: --confirm or DBCREDS_CONFIRM with the right name, else refused', async () => {
  const shop = await open();
  const run = (args: readonly string[], env: { [name: string]: string } = {}) =>
    shop.dbcreds(['run', '--env', 'prod', ...args, ...command], { env });
  for (const good of [
    await run(['--confirm', 'prod']),
    await run(['--confirm', 'shop/prod']),
    await run([], { DBCREDS_CONFIRM: 'prod' }),
  ])
    assert.equal([good.stdout, good.stderr, good.code], ['child of shop\n', '', 0]);
  for (const bad of [
    await run([]),
    await run(['--confirm', 'dev']),
    await run([], { DBCREDS_CONFIRM: '' }),
  ]) {
    assert.is(codeOf(bad), 'CONFIRM');
    assert.equal([bad.stdout, bad.code], ['', 125]);
  }
});

test.run();
