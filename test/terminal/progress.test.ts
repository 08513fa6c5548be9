import { assert, suite } from '../helpers/suite.ts';
import { keys } from '../helpers/terminal.ts';
import { onTerminal, screen } from './kit.ts';

const test = suite('progress on a terminal', { needs: ['pty'] });

/** A frame of the spinner. */
const turning = (text: string): RegExp => new RegExp(`[⠀-⣿](\x1b\\[39m)? ${text}`);

const shown = async (what: string, env: Record<string, string> = {}): Promise<string[]> => {
  const terminal = onTerminal(what, { env });
  await terminal.end();
  return screen(terminal.output);
};

test('a step turns, and stays as a line once it has ended', async () => {
  const terminal = onTerminal('steps');
  await terminal.expect(turning('prod: logging in'));
  await terminal.expect(turning('prod: changing'));
  await terminal.expect('[end]');
  await terminal.end();
  assert.equal(screen(terminal.output), [
    '✔ prod: logging in',
    '✔ prod: changing',
    '✔ prod: rotated',
    '[end]',
  ]);
  assert.ok(terminal.output.includes('\x1b[32m✔\x1b[39m'));
});

test('nothing is lost where it ends before the spinner has loaded', async () => {
  assert.equal(await shown('atOnce'), ['✔ prod: logging in', '✔ prod: changing', '✔ prod: rotated']);
});

test('steps from before the spinner had loaded, and a machine that is busy', async () => {
  const terminal = onTerminal('busy');
  await terminal.expect(turning('prod: hashing'));
  await terminal.end();
  assert.equal(screen(terminal.output), [
    '✔ prod: logging in',
    '✔ prod: hashing',
    '✔ prod: rotated',
    '[end]',
  ]);
});

test('the step that failed is marked, and what comes after the end is not shown', async () => {
  assert.equal(await shown('fails'), ['✔ prod: logging in', '✖ prod: changing', '[end]']);
  assert.equal(await shown('failsWithText'), ['✖ prod: nothing was changed', '[end]']);
});

test('what is said meanwhile has its own lines', async () => {
  const terminal = onTerminal('says', { env: { DBCREDS_DEBUG: '1' } });
  await terminal.expect(turning('prod: changing'));
  await terminal.expect('detail');
  await terminal.expect(turning('prod: changing'));
  await terminal.end();
  assert.equal(screen(terminal.output), [
    'a warning',
    'a value',
    'dbcreds: debug: a detail',
    '✔ prod: changing',
    '✔ prod: rotated',
    '[end]',
  ]);
});

test('nothing is drawn while a question waits', async () => {
  const terminal = onTerminal('asks');
  await terminal.expect('Go on? ');
  const from = terminal.output.length;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  assert.is(terminal.output.slice(from), '');
  terminal.answer('yes');
  await terminal.expect(turning('prod: going on'));
  await terminal.end();
  assert.equal(screen(terminal.output), [
    'Go on? yes',
    '✔ prod: changing',
    '[yes]',
    '✔ prod: going on',
    '✔ prod: rotated',
    '[end]',
  ]);
});

test('several at once have a line for each step, until all have ended', async () => {
  const terminal = onTerminal('several');
  await terminal.expect(turning('one: logging in'));
  const crowd = await terminal.expect('[alone]');
  await terminal.expect(turning('three: logging in'));
  await terminal.end();
  assert.not.match(crowd.slice(crowd.indexOf('[two]')), turning(''));
  assert.equal(screen(terminal.output), [
    'dbcreds: one: logging in',
    '[two]',
    'dbcreds: two: logging in',
    'dbcreds: one: changing',
    'dbcreds: two: refused',
    'dbcreds: one: promoting',
    'dbcreds: one: rotated',
    '[alone]',
    '✔ three: logging in',
    '✔ three: rotated',
    '[end]',
  ]);
});

test('names and steps do not command the terminal', async () => {
  assert.equal(await shown('hostile'), [
    '✔ pr\\u000aod: \\u001b[2Jgone\\u000afor good',
    '✔ pr\\u000aod: \\u001b]0;title\\u0007',
    '[end]',
  ]);
});

test('no colour where nobody wants it', async () => {
  const terminal = onTerminal('steps', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } });
  await terminal.expect('⠋ prod: logging in');
  await terminal.end();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  assert.not.match(terminal.output, /\x1b\[\d\dm/);
});

for (const [name, env] of [
  ['a dumb terminal', { TERM: 'dumb' }],
  ['CI', { CI: 'true' }],
] as const) {
  test(`${name} gets plain lines`, async () => {
    const terminal = onTerminal('steps', { env });
    await terminal.end();
    const text =
      'dbcreds: prod: logging in\r\ndbcreds: prod: changing\r\ndbcreds: prod: rotated\r\n[end]\r\n';
    assert.is(terminal.output, text);
  });
}

for (const key of ['interrupt', 'quit'] as const) {
  test(`the cursor was never hidden, so that ${key} finds it there`, async () => {
    const terminal = onTerminal('forever');
    await terminal.expect(turning('prod: changing'));
    terminal.send(keys[key]);
    const { signal } = await terminal.end();
    assert.is(signal, key === 'interrupt' ? 'SIGINT' : 'SIGQUIT');
    assert.not.ok(terminal.output.includes('\x1b[?25l'));
  });
}

test('an exit in the middle leaves no spinner', async () => {
  const terminal = onTerminal('exits');
  await terminal.expect(turning('prod: changing'));
  assert.is((await terminal.end()).code, 3);
  assert.equal(screen(terminal.output), ['[exit]']);
});

test.run();
