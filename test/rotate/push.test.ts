import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, must, type Shop, stocked } from '../commands/kit.ts';
import { accepts, passwordsOf, recordOf, writeOwn } from '../commands/rotation.ts';
import { findSecret } from '../helpers/leak.ts';
import { assert, suite } from '../helpers/suite.ts';
import type { Login, Server } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('push: who is told of a new password', { needs: ['postgresql'] });

interface Ground {
  readonly shop: Shop;
  readonly server: Server;
  readonly login: Login;
}

async function open(): Promise<Ground> {
  const server = await use('postgresql');
  return { server, ...(await stocked(server)) };
}

/** Has the profile tell these commands. */
const tell = (shop: Shop, ...push: string[][]): void =>
  writeOwn(shop, { 'shop/dev': { rotation: { push } } });

/** A command that keeps what it is told under its name, as often as it is told, and then does what else is written. */
function keeper(name: string, then = ''): string[] {
  const script = `n=$(ls ${name}.* 2>/dev/null | wc -l); cat > ${name}.$n; ${then}`;
  return ['sh', '-c', script, name];
}

/** What a keeper was told, each time. */
function told({ place }: Shop, name: string): string[] {
  return readdirSync(place.cwd)
    .filter((file) => file.startsWith(`${name}.`))
    .sort()
    .map((file) => readFileSync(join(place.cwd, file), 'utf8'));
}

test('it comes on stdin exactly, and by no other way', async () => {
  const { shop, server, login } = await open();
  const look =
    'cat > got; tr "\\0" "\\n" < /proc/$$/environ > env; tr "\\0" "\\n" < /proc/$$/cmdline > argv; pwd > cwd';
  tell(shop, ['sh', '-c', look]);
  const env = { DBCREDS_OTHER_PASSWORD: 'of-another-Profile-99', DBCREDS_CONFIRM: 'dev', SOME: 'thing' };
  const result = must(await shop.dbcreds(['rotate', 'dev'], { env }));
  const read = (name: string): string => readFileSync(join(shop.place.cwd, name), 'utf8');
  const [password = '', ...others] = await passwordsOf(shop);
  assert.equal(others, []);
  assert.is(read('got'), password);
  assert.ok(await accepts(server, login, password));
  for (const where of [read('env'), read('argv'), result.output])
    assert.equal(findSecret(where, password), []);
  assert.not.match(read('env'), /DBCREDS_(AGE|OTHER|CONFIRM)|of-another/);
  assert.match(read('env'), /^SOME=thing$/m);
  assert.is(read('cwd'), `${shop.place.cwd}\n`);
  assert.is((await recordOf(shop)).unpushed, undefined);
});

test('one that does not read what it is told has been told', async () => {
  const { shop } = await open();
  tell(shop, ['true']);
  must(await shop.dbcreds(['rotate', 'dev']));
  assert.is((await recordOf(shop)).unpushed, undefined);
});

test('one that fails twice is told a third time', async () => {
  const { shop } = await open();
  tell(shop, keeper('flaky', 'test $n -eq 2'));
  must(await shop.dbcreds(['rotate', 'dev']));
  const [password] = await passwordsOf(shop);
  assert.equal(told(shop, 'flaky'), [password, password, password]);
  assert.is((await recordOf(shop)).unpushed, undefined);
});

test('one that fails for good stops no other, is remembered, and is told by --finish alone', async () => {
  const { shop, server, login } = await open();
  const gate = 'test -e mended || { echo "no route to the safe" >&2; exit 3; }';
  tell(shop, keeper('bad', gate), ['/nonexistent/tool'], keeper('good'));
  const result = await shop.dbcreds(['rotate', 'dev']);
  assert.is(result.code, 125);
  assert.is(codeOf(result), 'PUSH');
  assert.match(result.stderr, /sh, which should get the new password, ended with 3 \(PUSH\)/);
  assert.match(result.stderr, /it says +no route to the safe/);
  assert.match(result.stderr, /also +\/nonexistent\/tool, which should get the new password, ended with 127/);
  assert.match(result.stderr, 'dbcreds rotate dev --finish');
  const [password = ''] = await passwordsOf(shop);
  assert.ok(await accepts(server, login, password));
  assert.equal(told(shop, 'bad'), [password, password, password]);
  assert.equal(told(shop, 'good'), [password]);
  assert.is((await recordOf(shop)).unpushed?.length, 2);
  assert.equal(
    shop
      .log()
      .slice(-2)
      .map(({ outcome, code }) => [outcome, code]),
    [
      ['begun', undefined],
      ['failed', 'PUSH'],
    ],
  );

  // A run goes on meanwhile, and tells nobody.
  must(await shop.dbcreds(['run', '-e', 'dev', '--', 'true']));
  assert.is(told(shop, 'bad').length, 3);
  shop.place.write('mended', '');
  tell(shop, keeper('bad', gate), keeper('good'));
  must(await shop.dbcreds(['rotate', 'dev', '--finish']));
  assert.equal(await passwordsOf(shop), [password]);
  assert.is(told(shop, 'bad').length, 4);
  assert.is((await recordOf(shop)).unpushed, undefined);
});

test('--finish tells only whom it is left to tell', async () => {
  const { shop } = await open();
  const commands = [keeper('first'), keeper('second', 'test -e mended')];
  tell(shop, ...commands);
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'PUSH');
  shop.place.write('mended', '');
  must(await shop.dbcreds(['rotate', 'dev', '--finish']));
  assert.equal([told(shop, 'first').length, told(shop, 'second').length], [1, 4]);
  const nothing = must(await shop.dbcreds(['rotate', 'dev', '--finish', '--json']));
  assert.is(JSON.parse(nothing.stdout).outcome, 'nothing');
});

test('what a command says is shown without the password, in whatever form', async () => {
  const { shop } = await open();
  const forms = ['cat', 'base64 -w0', 'od -An -tx1 | tr -d " \\n"', '{ printf "user:"; cat; } | base64 -w0'];
  const say = (form: string): string[] => [
    'sh',
    '-c',
    `{ ${form}; echo; } > both; cat both; cat both >&2; exit 1`,
  ];
  tell(shop, ...forms.map(say), ['sh', '-c', 'echo words that tell nothing >&2; exit 1']);
  const result = await shop.dbcreds(['rotate', 'dev'], { env: { DBCREDS_DEBUG: '1' } });
  assert.is(codeOf(result), 'PUSH');
  assert.is(result.stderr.match(/ended with 1\b/g)?.length, 5);
  assert.match(result.stderr, /it says +words that tell nothing/);
  const [password = ''] = await passwordsOf(shop);
  assert.equal(findSecret(result.output, password), []);
});

test('killed in the middle, the rest is told by --finish', async () => {
  const { shop } = await open();
  tell(shop, keeper('before'), keeper('slow', 'test -e mended || sleep 20'), keeper('after'));
  const running = (pid: number): void => {
    void (async () => {
      while (!existsSync(join(shop.place.cwd, 'slow.0'))) await sleep(10);
      process.kill(pid, 'SIGKILL');
    })();
  };
  assert.is((await shop.dbcreds(['rotate', 'dev'], { running })).signal, 'SIGKILL');
  assert.equal([told(shop, 'before').length, told(shop, 'after').length], [1, 0]);
  assert.is((await recordOf(shop)).unpushed?.length, 2);
  shop.place.write('mended', '');
  must(await shop.dbcreds(['rotate', 'dev', '--finish']));
  const [password] = await passwordsOf(shop);
  assert.equal(told(shop, 'after'), [password]);
  assert.equal(told(shop, 'slow').at(-1), password);
  assert.is(told(shop, 'before').length, 1);
  assert.is((await recordOf(shop)).unpushed, undefined);
});

test('a command that was removed is forgotten; in place of one that was mended, all are told', async () => {
  const { shop } = await open();
  tell(shop, ['false']);
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'PUSH');
  assert.is((await recordOf(shop)).unpushed?.length, 1);
  tell(shop);
  // Without anybody to tell it is one's own decision again who else holds it: --finish needs no leave.
  must(await shop.dbcreds(['rotate', 'dev', '--finish']));
  assert.is((await recordOf(shop)).unpushed, undefined);

  tell(shop, ['false', 'wrong argument']);
  assert.is(codeOf(await shop.dbcreds(['rotate', 'dev'])), 'PUSH');
  tell(shop, keeper('mended'));
  must(await shop.dbcreds(['rotate', 'dev', '--finish']));
  assert.equal(told(shop, 'mended'), await passwordsOf(shop));
});

test('a dry run names them, and tells nobody', async () => {
  const { shop } = await open();
  tell(shop, keeper('told'));
  const { stdout } = must(await shop.dbcreds(['rotate', 'dev', '--dry-run']));
  assert.match(stdout, /^\d+\. tell sh$/m);
  assert.equal(told(shop, 'told'), []);
});

test('what would not fit the record is refused before the change', async () => {
  const { shop, server, login } = await open();
  tell(shop, ...Array.from({ length: 60 }, (_, at) => ['true', String(at)]));
  const result = await shop.dbcreds(['rotate', 'dev']);
  assert.is(codeOf(result), 'RECORD_TOO_LARGE', result.output);
  assert.equal(await passwordsOf(shop), [login.password]);
  assert.ok(await accepts(server, login, login.password));
});

test.run();
