import { markName, storedNames } from '../../src/providers/keychain/stored-names.ts';
import type { Job } from '../fixtures/providers/worker.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain, type KeychainState } from '../services/keychain.ts';
import { contextIn, freshFolder, start } from './kit.ts';

const test = suite('a keychain that cannot be used', { needs: ['secret-service'] });

interface Answer {
  readonly waiting?: string;
  readonly value?: unknown;
  readonly code?: string;
  readonly message: string;
  readonly hints: readonly (readonly [string, string])[];
  readonly stuck: boolean;
}

interface Outcome {
  readonly waits: readonly string[];
  readonly last: Answer;
  readonly signal: string | null;
  readonly ms: number;
}

/** In a process of its own: a call that never ends keeps that process from ending. */
async function ask(
  session: Keychain,
  act: Job['act'],
  folder = freshFolder(),
  terminal = false,
): Promise<Outcome> {
  const job: Job = { provider: 'keychain', folder, act, password: 'hunter2', terminal };
  const { stdout, stderr, signal, ms } = await start('providers/worker.ts', job, session.env).ended;
  const lines = stdout.trim().split('\n').filter(Boolean);
  const answers = lines.map((line) => JSON.parse(line) as Answer);
  const last = answers.at(-1);
  if (!last) throw new Error(`said nothing: ${stderr}`);
  assert.not.match(stdout + stderr, 'hunter2');
  return { waits: answers.flatMap(({ waiting }) => waiting ?? []), last, signal, ms };
}

async function within(state: KeychainState, act: (session: Keychain) => Promise<void>): Promise<void> {
  const session = await Keychain.open(state);
  try {
    await act(session);
  } finally {
    await session.close();
  }
}

const cases: [KeychainState, Job['act'], string, RegExp, string][] = [
  ['none', 'get', 'KEYCHAIN_MISSING', /no Secret Service/, 'dbcreds add prod --provider file'],
  ['absent', 'get', 'KEYCHAIN_MISSING', /no Secret Service/, 'dbcreds add prod --provider file'],
  ['absent', 'set', 'KEYCHAIN_MISSING', /no Secret Service/, 'dbcreds add prod --provider file'],
  ['locked', 'set', 'KEYCHAIN_LOCKED', /locked/, 'gnome-keyring-daemon --replace --unlock'],
  [
    'empty',
    'set',
    'KEYCHAIN_NO_COLLECTION',
    /no default collection/,
    'gnome-keyring-daemon --replace --unlock',
  ],
  ['silent', 'get', 'KEYCHAIN_SILENT', /does not answer/, 'busctl --user status org.freedesktop.secrets'],
];
for (const [state, act, code, message, command] of cases)
  test(`${state}: ${act} says so, and names the ways on`, () =>
    within(state, async (session) => {
      const { last, ms, signal } = await ask(session, act);
      assert.equal([last.code, last.stuck, signal], [code, false, null]);
      assert.match(last.message, message);
      const commands = last.hints.map(([, one]) => one);
      assert.is(commands[0], command);
      assert.equal(commands.slice(-2), [
        'dbcreds add prod --provider file',
        'export DBCREDS_PROD_URL_FILE=/path/to/url',
      ]);
      assert.ok(ms < 10_000, `${ms} ms`);
    }));

test('locked: what was stored is not taken for absent', () =>
  within('unlocked', async (session) => {
    const folder = freshFolder();
    assert.is((await ask(session, 'set', folder)).last.value, 'set');
    await session.lock();
    assert.is((await ask(session, 'get', folder)).last.code, 'KEYCHAIN_LOCKED');
    assert.is((await ask(session, 'delete', folder)).last.code, 'KEYCHAIN_LOCKED');
  }));

test('no default collection: the list of names tells missing from not reachable', () =>
  within('empty', async (session) => {
    const folder = freshFolder();
    assert.is((await ask(session, 'get', folder)).last.value, undefined);
    markName(contextIn(folder), 'shop/prod', 'stored');
    assert.is((await ask(session, 'get', folder)).last.code, 'KEYCHAIN_ENTRY_GONE');
  }));

test('a failed first write leaves no name behind', () =>
  within('empty', async (session) => {
    const folder = freshFolder();
    assert.is((await ask(session, 'set', folder)).last.code, 'KEYCHAIN_NO_COLLECTION');
    assert.equal(storedNames(contextIn(folder)), []);
  }));

test('a mute bus: no call is pending, the process ends by itself within 5 s, and says after 2 s that it waits', () =>
  within('mute', async (session) => {
    const { last, waits, signal, ms } = await ask(session, 'get');
    assert.equal([last.code, last.stuck, signal], ['KEYCHAIN_SILENT', false, null]);
    assert.equal(waits, ['waiting for the keychain']);
    assert.ok(ms > 4_000 && ms < 12_000, `${ms} ms`);
  }));

test('a prompt that nobody answers: given up after 5 s, and the error says that the process is stuck', () =>
  within('asking', async (session) => {
    const { last, waits, signal, ms } = await ask(session, 'set');
    assert.equal([last.code, last.stuck, signal], ['KEYCHAIN_SILENT', true, 'SIGKILL']);
    assert.equal(waits, ['waiting for the keychain']);
    assert.ok(ms > 4_900 && ms < 12_000, `${ms} ms`);
  }));

test('where somebody can type, the prompt is given longer', () =>
  within('asking', async (session) => {
    const job: Job = {
      provider: 'keychain',
      folder: freshFolder(),
      act: 'set',
      password: 'x',
      terminal: true,
    };
    const running = start('providers/worker.ts', job, session.env);
    await running.saw('waiting for the keychain');
    const early = await Promise.race([
      running.ended,
      new Promise((done) => setTimeout(done, 5_000, 'still waiting')),
    ]);
    assert.is(early, 'still waiting');
    running.kill();
    await running.ended;
  }));

test('a keychain that hangs in the middle of a session is given up, and answers the next command', () =>
  within('unlocked', async (session) => {
    const folder = freshFolder();
    await ask(session, 'set', folder);
    session.freeze();
    assert.is((await ask(session, 'get', folder)).last.code, 'KEYCHAIN_SILENT');
    session.thaw();
    assert.ok((await ask(session, 'get', folder)).last.value);
  }));

test.run();
