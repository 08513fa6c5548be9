import { readFileSync } from 'node:fs';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { asAdmin, type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';
import { codeOf, must, Shop, urlOf, type Written } from './kit.ts';
import { accepts, Door, passwordsOf, writeOwn } from './rotation.ts';

const test = suite('rotate: production', { needs: ['postgresql', 'pty'] });

const stored = 'vT5-mKq8ZxW2nLb7RcYp4HsD';
const own = { 'shop/prod': { soleHolder: true } };

/** Production whose server only counts who knocks. */
async function shut(more: Written = {}): Promise<{ shop: Shop; door: Door }> {
  const door = await Door.open();
  const shop = await Shop.open({
    prod: { url: door.url(), production: true, tls: { mode: 'verify-full' }, ...more },
  });
  writeOwn(shop, own);
  await shop.store('prod', stored);
  return { shop, door };
}

/** Production on a real server, with an admin's profile beside it. */
async function open(admin: Written = {}): Promise<{ shop: Shop; server: Server; login: Login }> {
  const server = await use('postgresql');
  const [login, root] = [await newLogin(server), await newLogin(server)];
  await asAdmin(server, `ALTER ROLE "${root.user}" SUPERUSER`);
  const tls = { mode: 'verify-full', ca: 'ca.pem' };
  const shop = await Shop.open({
    prod: { url: urlOf(server, login), tls, production: true },
    root: { url: urlOf(server, root), tls, ...admin },
  });
  writeOwn(shop, own);
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  await shop.store('prod', login.password);
  await shop.store('root', root.password);
  return { shop, server, login };
}

test('without a terminal it wants its name, and takes no other', async () => {
  const { shop, door } = await shut();
  for (const [args, env] of [
    [[], {}],
    [['--confirm', 'dev'], {}],
    [['--confirm', 'PROD'], {}],
    [['--confirm', ''], {}],
    [[], { DBCREDS_CONFIRM: 'dev' }],
    [[], { DBCREDS_CONFIRM: '' }],
  ] as const) {
    const result = await shop.dbcreds(['rotate', 'prod', ...args], { env });
    assert.equal([result.code, codeOf(result)], [125, 'CONFIRM'], result.output);
  }
  assert.is(door.knocks, 0);
  assert.equal(await passwordsOf(shop, 'prod'), [stored]);
  const { outcome, code } = shop.log().at(-1) ?? {};
  assert.equal([outcome, code], ['refused', 'CONFIRM']);
});

test('with its name it goes on', async () => {
  const { shop, server, login } = await open();
  must(await shop.dbcreds(['rotate', 'prod', '--confirm', 'prod']));
  must(await shop.dbcreds(['rotate', 'prod'], { env: { DBCREDS_CONFIRM: 'prod' } }));
  assert.not(await accepts(server, login, login.password));
  must(await shop.dbcreds(['rotate', 'prod', '--confirm', 'shop/prod']));
});

test('a dry run needs no name, and --finish does', async () => {
  const { shop, server, login } = await open();
  must(await shop.dbcreds(['rotate', 'prod', '--dry-run']));
  assert.ok(await accepts(server, login, login.password));
  assert.is(codeOf(await shop.dbcreds(['rotate', 'prod', '--finish'])), 'CONFIRM');
});

test('on a terminal it asks even where --confirm is there, and another answer changes nothing', async () => {
  const { shop, door } = await shut();
  const screen = shop.terminal(['rotate', 'prod', '--confirm', 'prod']);
  const question = await screen.expect('Type its name, prod, to go on: ');
  assert.match(question, /shop\/prod is PRODUCTION\..*command +dbcreds rotate/s);
  screen.answer('dev');
  assert.is((await screen.end()).code, 125);
  assert.match(screen.output, 'prod was not confirmed (CONFIRM)');
  assert.is(door.knocks, 0);
});

test('a terminal session that was asked is not asked again', async () => {
  const { shop } = await open();
  const command = `node ${cli} rotate prod; echo first $?; node ${cli} rotate prod; echo second $?`;
  const screen = new Terminal('sh', ['-c', command], shop.options());
  await screen.expect('Type its name, prod, to go on: ');
  screen.answer('prod');
  await screen.expect('first 0');
  assert.not.match(await screen.expect('second 0'), 'Type its name');
  await screen.end();
});

test('through an admin that is production too, one question', async () => {
  const { shop } = await open({ production: true });
  const screen = shop.terminal(['rotate', 'prod', '--admin', 'root']);
  await screen.expect('Type its name, prod, to go on: ');
  screen.answer('prod');
  assert.equal(await screen.end(), { code: 0, signal: null }, screen.output);
  assert.is(screen.output.match(/Type its name/g)?.length, 1);
  must(await shop.dbcreds(['rotate', 'prod', '--admin', 'root', '--confirm', 'prod']));
});

test('an admin that alone is production is asked about by its own name', async () => {
  const { shop, server } = await open({ production: true });
  const login = await newLogin(server);
  const profiles = shop.profiles();
  shop.write({ ...profiles, dev: { ...profiles.root, url: urlOf(server, login), production: false } });
  writeOwn(shop, { 'shop/dev': { soleHolder: true } });
  await shop.store('dev', login.password);
  const args = ['rotate', 'dev', '--admin', 'root'];
  const result = await shop.dbcreds(args);
  assert.is(codeOf(result), 'CONFIRM');
  assert.match(result.stderr, 'dbcreds rotate dev --admin root --confirm root');
  assert.is(codeOf(await shop.dbcreds([...args, '--confirm', 'dev'])), 'CONFIRM');
  must(await shop.dbcreds([...args, '--confirm', 'root']));
});

test('a reason where the profile wants one', async () => {
  const { shop, door } = await shut({ reason: 'always' });
  const args = ['rotate', 'prod', '--confirm', 'prod'];
  const without = await shop.dbcreds(args);
  assert.is(codeOf(without), 'REASON', without.output);
  assert.is(door.knocks, 0);
  const given = await shop.dbcreds([...args, '--reason', 'left the team']);
  assert.is.not(codeOf(given), 'REASON');
  assert.ok(door.knocks > 0);
  assert.ok(shop.log().some(({ reason, event }) => event === 'rotate' && reason === 'left the team'));
});

test('TLS that verifies nothing, and a place that nobody allowed: refused, and nothing is dialled', async () => {
  const weak = await shut({ tls: { mode: 'require' } });
  const first = await weak.shop.dbcreds(['rotate', 'prod', '--confirm', 'prod']);
  assert.is(codeOf(first), 'WEAK_TLS', first.output);
  assert.is(codeOf(await weak.shop.dbcreds(['rotate', 'prod', '--dry-run'])), 'WEAK_TLS');
  const moved = await shut();
  const { prod = {} } = moved.shop.profiles();
  moved.shop.write({ prod: { ...prod, hostAddress: '127.0.0.2' } });
  const second = await moved.shop.dbcreds(['rotate', 'prod', '--confirm', 'prod']);
  assert.is(codeOf(second), 'BINDING_CHANGED', second.output);
  assert.is(codeOf(await moved.shop.dbcreds(['rotate', 'prod', '--dry-run'])), 'BINDING_CHANGED');
  assert.equal([weak.door.knocks, moved.door.knocks], [0, 0]);
});

test('an expired password is a reason to change it', async () => {
  const { shop, server, login } = await open();
  await shop.alter('prod', (record) => ({ ...record, current: { ...record.current, expiresAt: 1 } }));
  assert.is(codeOf(await shop.dbcreds(['run', '-e', 'prod', '--', 'true'])), 'EXPIRED');
  must(await shop.dbcreds(['rotate', 'prod', '--confirm', 'prod']));
  assert.not(await accepts(server, login, login.password));
});

test('as cron calls it: no terminal, no TERM, no stdin, hardly a variable', async () => {
  const { shop, server, login } = await open();
  const key = shop.env.DBCREDS_AGE_KEY ?? '';
  const line = `exec env -i HOME="$HOME" DBCREDS_AGE_KEY="$KEY" ${process.execPath} ${cli} rotate prod --confirm prod <&- `;
  const env = { KEY: key, TERM: undefined, DBCREDS_AGE_KEY: undefined };
  const result = must(await shop.program('sh', ['-c', line], { env }));
  assert.not(await accepts(server, login, login.password));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a mail must not hold
  assert.not.match(result.output, /[\x00-\x08\x0b-\x1f]/);
  assert.match(result.stderr, /^dbcreds: prod: changing it on the server$/m);
});

test.run();
