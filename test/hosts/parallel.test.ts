import { readFileSync } from 'node:fs';
import { Shop, urlOf } from '../commands/kit.ts';
import { cli } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('runs that start together on one terminal', { needs: ['pty', 'postgresql'] });

const count = 8;
const question = 'Type its name, prod, to go on: ';
const password = 'Correct-Horse-7-Battery';
const production = { url: 'postgresql://app@db.company.com/shop', production: true };
const run = `'${process.execPath}' '${cli}' run --env`;
const times = (text: string, what: string): number => text.split(what).length - 1;

const open = (more: object = {}): Promise<Shop> =>
  Shop.open(
    { prod: { ...production, ...more } },
    {
      DBCREDS_PROD_URL: `postgresql://app:${password}@db.company.com/shop`,
      DBCREDS_PROD_SET_AT: new Date().toISOString(),
    },
  );

/** Starts them all at once, and tells how each ended and how the terminal was left. */
function start(shop: Shop, command: string, many = count): Terminal {
  const one = `{ ${command}; echo "ended $?"; } &`;
  return new Terminal('sh', ['-c', `${`${one}\n`.repeat(many)}wait; stty -a`], {
    ...shop.options(),
    timeout: 30_000,
  });
}

/** The next question may stand before it on its line. */
async function ends(terminal: Terminal): Promise<string[]> {
  assert.is((await terminal.end()).code, 0, terminal.output);
  for (const setting of ['icanon', 'echo', 'isig'])
    assert.match(terminal.output, new RegExp(`[^-]\\b${setting}\\b`));
  return [...terminal.output.matchAll(/ended (\d+)/g)].map(([, status = '']) => status).sort();
}

const all = (status: string, many = count): string[] => Array.from({ length: many }, () => status);

test('production is confirmed once for all', async () => {
  const terminal = start(await open(), `${run} prod -- echo ran`);
  await terminal.expect(question);
  terminal.answer('prod');
  assert.equal(await ends(terminal), all('0'));
  assert.equal([times(terminal.output, question), times(terminal.output, 'ran\r\n')], [1, count]);
});

test('a wrong name and Ctrl-C refuse one each; then the next one asks', async () => {
  const terminal = start(await open(), `${run} prod -- echo ran`, 5);
  await terminal.expect(question);
  terminal.answer('dev');
  await terminal.expect(question);
  terminal.send(keys.interrupt);
  await terminal.expect(question);
  terminal.answer('prod');
  assert.equal(await ends(terminal), ['0', '0', '0', '125', '130']);
  assert.equal([times(terminal.output, question), times(terminal.output, 'ran\r\n')], [3, 3]);
});

test('one that starts while another asks leaves the terminal as it was before both', async () => {
  const shop = await open();
  const refused = `{ ${run} prod -- true; echo "ended $?"; } &`;
  const script = `${refused} until [ -e go ]; do sleep 0.05; done; DBCREDS_DEBUG=1; export DBCREDS_DEBUG; ${refused} wait; stty -a`;
  const terminal = new Terminal('sh', ['-c', script], shop.options());
  await terminal.expect(question);
  shop.place.write('go', '');
  await terminal.expect('debug: shop/prod: provider env');
  terminal.answer('no');
  await terminal.expect(question);
  terminal.answer('no');
  assert.equal(await ends(terminal), ['125', '125']);
});

test('one in the background is not stopped: it says so, and asks when it comes to the front', async () => {
  const shop = await open();
  // With job control, as at a prompt: what ends in & is a process group of its own.
  const script = `set -m; ${run} prod -- echo ran & while [ ! -e go ]; do sleep 0.05; done; fg; stty -a`;
  const terminal = new Terminal('bash', ['-c', script], shop.options());
  await terminal.expect(
    'waits in the background of this terminal to ask something; bring it to the front (fg)',
  );
  assert.not.match(terminal.output, question);
  shop.place.write('go', '');
  await terminal.expect(question);
  terminal.answer('prod');
  await terminal.expect('ran\r\n');
  assert.equal(await ends(terminal), []);
});

test('where nothing is remembered each asks, one after the other', async () => {
  const terminal = start(await open({ confirmFor: '0' }), `${run} prod -- echo ran`, 3);
  for (let asked = 1; asked <= 3; asked += 1) {
    await terminal.expect(question);
    assert.is(times(terminal.output, question), asked);
    terminal.answer('prod');
  }
  assert.equal(await ends(terminal), all('0', 3));
});

test('a password that is missing is asked for once for all, and again where it was wrong', async () => {
  const server = await use('postgresql');
  const login = await newLogin(server);
  const shop = await Shop.open(
    { dev: { url: urlOf(server, login), tls: { mode: 'verify-full', ca: 'ca.pem' } } },
    { PATH: `${server.clients}:${process.env.PATH}` },
  );
  shop.place.write('ca.pem', readFileSync(server.ca, 'utf8'));
  const terminal = start(shop, `${run} dev -- psql -Atqc "select 'ran'"`);
  await terminal.expect('(hidden): ');
  terminal.answer('a-Wrong-password-1');
  await terminal.expect('(hidden): ');
  terminal.answer(login.password);
  assert.equal(await ends(terminal), all('0'), terminal.output);
  assert.equal([times(terminal.output, '(hidden): '), times(terminal.output, 'ran\r\n')], [2, count]);
  assert.match(terminal.output, '(WRONG_PASSWORD)');
});

test('a profile that changed is agreed to once', async () => {
  const shop = await Shop.open({ dev: { url: 'postgresql://app@localhost/shop' } });
  await shop.store('dev', password);
  shop.write({ dev: { url: 'postgresql://app@localhost/other' } });
  const terminal = start(shop, `${run} dev -- sh -c 'echo "ran $PGDATABASE"'`);
  const trust = 'Use the password here from now on? Type yes: ';
  await terminal.expect(trust);
  terminal.answer('yes');
  assert.equal(await ends(terminal), all('0'));
  assert.equal([times(terminal.output, trust), times(terminal.output, '\nran other')], [1, count]);
  assert.equal(shop.log().filter(({ event }) => event === 'trust').length, 1);
});

test.run();
