import { readFileSync } from 'node:fs';
import { codeOf, must, Shop, urlOf, type Written } from '../commands/kit.ts';
import { findSecret } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys } from '../helpers/terminal.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite<{ server: Server; login: Login }>('run without a stored password', {
  needs: ['postgresql', 'pty'],
});

test.before(async (context) => {
  context.server = await use('postgresql');
  context.login = await newLogin(context.server);
});

/** As after a `git clone`: the profile is there, the password is not. */
async function cloned(server: Server, login: Login, more: Written = {}): Promise<Shop> {
  const shop = await Shop.open(
    { dev: { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' }, ...more } },
    { PATH: `${server.clients}:${process.env.PATH}` },
  );
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  return shop;
}

const run = ['run', '-e', 'dev', '--', 'psql', '-Atqc', 'select current_user'];

test('on a terminal it is asked for, tried, stored, and the run goes on', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const first = shop.terminal(run);
  await first.expect('No password is stored for shop/dev yet.');
  await first.expect(`Password of ${login.user}@localhost:${server.port}/${login.database} (hidden): `);
  first.answer(login.password);
  await first.expect(`${login.user}\r\n`);
  assert.equal(await first.end(), { code: 0, signal: null });
  assert.equal(findSecret(first.output, login.password), []);
  assert.is(must(await shop.dbcreds(run)).stdout, `${login.user}\n`);
  assert.equal(
    shop.log().map(({ event, outcome }) => `${event} ${outcome}`),
    ['add done', 'run launching', 'run launching'],
  );
});

test('the answer is read from the terminal, and stdin stays with the command', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const { Terminal } = await import('../helpers/terminal.ts');
  const { cli } = await import('../helpers/program.ts');
  const script = `echo piped | "${process.execPath}" "${cli}" run -e dev -- cat`;
  const terminal = new Terminal('sh', ['-c', script], shop.options());
  await terminal.expect('(hidden): ');
  terminal.answer(login.password);
  await terminal.expect('piped');
  assert.equal(await terminal.end(), { code: 0, signal: null });
});

test('a slip is asked for again', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const slip = shop.terminal(run);
  await slip.expect('(hidden): ');
  slip.answer('a-Wrong-password-1');
  await slip.expect('(WRONG_PASSWORD)');
  await slip.expect('(hidden): ');
  slip.answer(login.password);
  await slip.expect(`${login.user}\r\n`);
  assert.is((await slip.end()).code, 0);
});

test('three wrong ones: nothing is stored, and nothing is started', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const wrong = shop.terminal(['run', '-e', 'dev', '--', 'echo', 'ran']);
  for (const count of [1, 2, 3]) {
    await wrong.expect('(hidden): ');
    wrong.answer(`a-Wrong-password-${count}`);
  }
  assert.is((await wrong.end()).code, 125);
  assert.match(wrong.output, /store the right one: +dbcreds add dev\r\n/);
  assert.match(wrong.output, /\(WRONG_PASSWORD\)[\s\S]*Nothing was stored\./);
  assert.not.match(wrong.output, /^ran/m);
  assert.is(codeOf(await shop.dbcreds(run)), 'NO_CREDENTIAL');
});

test('Ctrl-C at the question ends it as the signal would', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const terminal = shop.terminal(['run', '-e', 'dev', '--', 'echo', 'ran']);
  await terminal.expect('(hidden): ');
  terminal.send(`half${keys.interrupt}`);
  assert.equal(await terminal.end(), { code: null, signal: 'SIGINT' });
  assert.not.match(terminal.output, /^ran/m);
});

test('production is still confirmed afterwards', async ({ server, login }) => {
  const shop = await cloned(server, login, { production: true });
  const terminal = shop.terminal(run);
  await terminal.expect('(hidden): ');
  terminal.answer(login.password);
  await terminal.expect('Type its name, dev, to go on: ');
  terminal.answer('dev');
  await terminal.expect(`${login.user}\r\n`);
  assert.is((await terminal.end()).code, 0);
});

test('without a terminal it is refused, with what to do in a job', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const { code, stdout, stderr } = await shop.dbcreds(run);
  assert.equal([code, stdout, codeOf({ stderr })], [125, '', 'NO_CREDENTIAL']);
  assert.match(stderr, /looked in {2}.*credentials\.age\n\nNothing was started\.\n/);
  assert.match(stderr, /store it: +dbcreds add dev\n/);
  assert.match(stderr, /in a job, set one of: +DBCREDS_DEV_URL, DBCREDS_DEV_URL_FILE\n$/);
});

test("a profile's name in the place of the command", async ({ server, login }) => {
  const shop = await cloned(server, login);
  shop.write({ dev: { url: urlOf(server, login) } }, { default: 'dev' });
  const { code, stderr } = await shop.dbcreds(['run', 'dev', '--', 'true']);
  assert.is(code, 127);
  assert.match(stderr, /a profile stands behind --env: {2}dbcreds run --env dev -- \.\.\.\n/);
  assert.not.match((await shop.dbcreds(['run', 'not-there', 'x'])).stderr, /--env/);
});

test('a command that is not there is told before anything is asked', async ({ server, login }) => {
  const shop = await cloned(server, login);
  const terminal = shop.terminal(['run', '-e', 'dev', '--', 'not-there']);
  assert.equal(await terminal.end(), { code: 127, signal: null });
  assert.not.match(terminal.output, /hidden/);
});

test.run();
