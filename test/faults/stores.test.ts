import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { must } from '../commands/kit.ts';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { assert, suite } from '../helpers/suite.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { Front } from './front.ts';
import type { Ordeal } from './ordeal.ts';
import { strike } from './strike.ts';
import { commandLine } from './trial.ts';

/** The connections of a rotation in their order: the store changes before the second and after the fourth. */
const [lastLook, newLogin, oldRefused] = [2, 3, 4];

/** Something that happens to a store while a rotation is held on its way. */
const meanwhile = (connection: number, until: () => Promise<unknown>) => ({
  plan: [{ connection, unit: 1, act: { until } }],
});

/** Asserts that no password was lost and all is well in the end. */
function assertWell({ evil, story, proxy }: Ordeal & { proxy: Front['proxy'] }): void {
  assert.equal(evil, [], story);
  assert.is(proxy.fired.length, 1, `nothing happened meanwhile\n${story}`);
}

const chain = suite('a keychain that goes away from a rotation', {
  needs: ['postgresql', 'secret-service'],
});

async function inKeychain(): Promise<{ front: Front; keychain: Keychain }> {
  const keychain = await Keychain.open('unlocked');
  atEndOfTest(() => keychain.close());
  return { keychain, front: await Front.open(await use('postgresql'), 'keychain', keychain) };
}

chain('locked before it begins: refused, with nothing changed', async () => {
  const { front, keychain } = await inKeychain();
  const before = await front.subject.record();
  await keychain.lock();
  const { stderr } = await strike(front.subject, commandLine(front.subject, 'rotate'));
  await keychain.unlock();
  assert.match(stderr, /\(KEYCHAIN_LOCKED\)/);
  assert.is(front.proxy.seen.length, 0);
  assert.is((await front.subject.record()).revision, before.revision);
});

chain('locked, silent or without a bus between two steps: both passwords are kept', async () => {
  const { front, keychain } = await inKeychain();
  const harms = [
    ['KEYCHAIN_LOCKED', lastLook, () => keychain.lock(), () => keychain.unlock(), 'run'],
    ['KEYCHAIN_MISSING', newLogin, () => keychain.stopBus(), () => keychain.startAgain(), 'test'],
    ['KEYCHAIN_SILENT', oldRefused, async () => keychain.freeze(), () => keychain.thaw(), 'finish'],
  ] as const;
  for (const [code, at, harm, repair, last] of harms) {
    const result = await front.trial(meanwhile(at, harm), { repair, last });
    assertWell(result);
    assert.is(result.code, code, result.story);
    assert.ok(result.seen.record.pending, result.story);
    assert.match(result.said.stderr, /The server has the new password, which is kept here as pending/);
  }
});

chain('a run that cannot write what it found uses the password that logs in', async () => {
  const { front, keychain } = await inKeychain();
  await cutOff(front);
  await front.face(meanwhile(1, () => keychain.lock()));
  const run = await strike(front.subject, commandLine(front.subject, 'run'));
  assert.is(run.code, 0, run.stderr);
  assert.is(run.stdout, `${front.subject.login.user}\n`);
  assert.match(run.stderr, /could not be finished: .*\(KEYCHAIN_LOCKED\)/);
  await keychain.unlock();
  assert.ok((await front.subject.record()).pending);
  assert.equal(
    (await front.trial({}, { args: commandLine(front.subject, 'finish'), last: 'test' })).evil,
    [],
  );
});

const file = suite('a file that goes away from a rotation', { needs: ['postgresql'] });

/** A rotation whose connection is lost with the answer to the change. */
async function cutOff(front: Front): Promise<void> {
  const before = await front.subject.record();
  await front.face({ plan: [{ connection: newLogin, unit: 1, act: 'reset' }] });
  await strike(front.subject, commandLine(front.subject, 'rotate'));
  await front.face();
  const { current, pending } = await front.subject.record();
  assert.ok(pending && current.password.equals(before.current.password));
}

/** No file of that process can grow beyond so many bytes: what a full disk is, without one. */
const full = (pid: number): string =>
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=100:100'], { encoding: 'utf8' });

file('it is full before the change: nothing is changed', async () => {
  const front = await Front.open(await use('postgresql'));
  const before = await front.subject.record();
  let pid = 0;
  const result = await front.trial(
    meanwhile(1, async () => full(pid)),
    {
      running: (one) => {
        pid = one;
      },
      last: 'test',
    },
  );
  assertWell(result);
  assert.is(result.code, 'FILE_ACCESS', result.story);
  assert.is(result.seen.record.revision, before.revision);
  assert.equal(result.seen.accepted, [before.current.password.reveal()]);
});

file('it is full, or its disk is gone, after the change: both passwords are kept', async () => {
  const front = await Front.open(await use('postgresql'));
  let pid = 0;
  const running = (one: number): void => {
    pid = one;
  };
  for (const [at, last] of [
    [newLogin, 'run'],
    [oldRefused, 'rotate'],
  ] as const) {
    const result = await front.trial(
      meanwhile(at, async () => full(pid)),
      { running, last },
    );
    assertWell(result);
    assert.is(result.code, 'FILE_ACCESS', result.story);
    assert.ok(result.seen.record.pending, result.story);
  }
  const { data } = front.subject.shop.context().folders;
  const gone = `${data}.gone`;
  const result = await front.trial(
    meanwhile(newLogin, async () => renameSync(data, gone)),
    {
      repair: () => {
        execFileSync('rm', ['-rf', data]);
        renameSync(gone, data);
      },
      last: 'finish',
    },
  );
  assertWell(result);
});

const writers = suite('another writer while a rotation is under way', { needs: ['postgresql', 'pty'] });

writers('a run waits for the lock, uses what logs in, and leaves the record alone', async () => {
  const front = await Front.open(await use('postgresql'));
  const { subject } = front;
  let run = { code: 1 as number | null, stdout: '', stderr: '' };
  const result = await front.trial(
    meanwhile(lastLook, async () => {
      run = await strike(subject, commandLine(subject, 'run'));
    }),
    { last: 'test' },
  );
  assertWell(result);
  assert.is(result.code, undefined, result.story);
  assert.is(run.code, 0, run.stderr);
  assert.is(run.stdout, `${subject.login.user}\n`);
  assert.match(run.stderr, /could not be finished: .*\(LOCKED\)/);
});

for (const [what, at] of [
  ['before', lastLook],
  ['after', newLogin],
] as const) {
  writers(`add and trust ${what} the change: the password that holds is stored`, async () => {
    const front = await Front.open(await use('postgresql'));
    const { shop, name } = front.subject;
    const input = 'somebody-typed-this-1-Zz';
    for (const harm of [
      () => shop.dbcreds(['trust', name]),
      () => shop.dbcreds(['add', name, '--password-stdin', '--no-test'], { input }),
    ]) {
      const until = async (): Promise<unknown> => must(await harm());
      assertWell(await front.trial(meanwhile(at, until), { last: 'finish' }));
    }
  });

  writers(`remove ${what} the change: the password that holds is stored again`, async () => {
    const front = await Front.open(await use('postgresql'));
    const { shop, name } = front.subject;
    const until = async (): Promise<unknown> => must(await shop.dbcreds(['remove', name, '--yes']));
    // It took the trust along, which takes a person to give again.
    const repair = async (): Promise<void> => {
      const trust = shop.terminal(['trust', name]);
      await trust.expect('Type yes: ');
      trust.answer('yes');
      await trust.end();
    };
    const result = await front.trial(meanwhile(at, until), { last: 'test', repair });
    assertWell(result);
    assert.match(result.said.stderr, /warning: .* was removed from .* meanwhile, and is stored again/);
  });
}

chain.run();
file.run();
writers.run();
