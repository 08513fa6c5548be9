import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Record } from '../../src/profiles/record.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Secret } from '../../src/secret.ts';
import type { Job } from '../fixtures/providers/worker.ts';
import { assert, type Need, suite } from '../helpers/suite.ts';
import { recordOf, refOf, refused, start, target } from './kit.ts';

/** One provider, ready to be tried, with nothing stored in it. */
export interface Subject {
  /** Opens it as the next command would. */
  open(): Promise<Provider>;
  /** How a process of its own reaches the same place. */
  readonly job: Pick<Job, 'provider' | 'folder' | 'profile'>;
  readonly env: NodeJS.ProcessEnv;
  /** Puts a password for `shop/prod` there, as its owner would. */
  plant(password: string): Promise<void>;
  /** Makes it unable to answer. */
  spoil(): Promise<void>;
  close(): Promise<void>;
}

const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));
export const oddPasswords: readonly string[] = [
  printable,
  'line one\nline two\n',
  '\r\n\t ',
  'p😀ß漢字\u0301',
  `"'\`$(x)\${y}\\n%40#;`,
  '{"v":1,"current":{"password":"x"}}',
  'x'.repeat(240),
];

const passwordOf = async (provider: Provider): Promise<string | undefined> =>
  (await provider.get(refOf()))?.current.password.reveal();

/** What holds for every provider, whatever it keeps records in. */
export function readingContract(title: string, needs: readonly Need[], make: () => Promise<Subject>): void {
  const test = suite(`contract: ${title}`, { needs });
  const within = withSubject(make);

  test('what is not there is undefined', () =>
    within(async ({ open }) => {
      assert.is(await (await open()).get(refOf()), undefined);
    }));

  test('what is there is a record with its target, whatever the password', () =>
    within(async ({ open, plant }) => {
      for (const password of oddPasswords) {
        await plant(password);
        const record = await (await open()).get(refOf());
        assert.is(record?.current.password.reveal(), password);
        assert.equal([record?.targets, record?.production], [[target], false]);
      }
    }));

  test('another process reads the same', () =>
    within(async ({ plant, job, env }) => {
      await plant(printable);
      const { stdout, stderr } = await start('providers/worker.ts', { ...job, act: 'get' }, env).ended;
      assert.is(stdout, `${JSON.stringify({ value: sha256(printable) })}\n`, stderr);
    }));

  test('what cannot be asked throws, and is not taken for absent', () =>
    within(async ({ open, plant, spoil }) => {
      await plant('there');
      await spoil();
      const error = await refused((await open()).get(refOf()));
      assert.match(error.code, /^(KEYCHAIN|FILE|BAD)_/);
      assert.not.match(`${error.message}${JSON.stringify(error)}`, 'there"');
    }));

  test('a provider that is only read refuses to write, and says what to do', () =>
    within(async ({ open }) => {
      const provider = await open();
      if (provider.writable) return assert.ok(provider.durable);
      for (const write of [provider.set(refOf(), recordOf('x'), undefined), provider.delete(refOf(), 1)]) {
        const error = await refused(write);
        assert.is(error.code, 'READ_ONLY_PROVIDER');
        assert.ok(error.note);
      }
    }));

  test.run();
}

/** What holds besides for those that are written. */
export function writingContract(title: string, needs: readonly Need[], make: () => Promise<Subject>): void {
  const test = suite(`contract of writing: ${title}`, { needs });
  const within = withSubject(make);

  test('a record comes back whole, with the revision that its write gave it', () =>
    within(async ({ open }) => {
      const record: Record = {
        ...recordOf(oddPasswords.join('').slice(0, 180), { production: true, rotationId: 'r-1' }),
        targets: [target, 'mysql://a@b:3306/c'],
        pending: { password: new Secret('next'), user: 'shop_b', expiresAt: Date.UTC(2027, 0, 1) },
      };
      await (await open()).set(refOf(), record, undefined);
      const found = await (await open()).get(refOf());
      assert.equal(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify({ ...record, revision: 1 })));
      assert.ok(found?.current.password.equals(record.current.password));
      assert.ok(found?.pending?.password.equals(new Secret('next')));
    }));

  test('compares before it sets', () =>
    within(async ({ open }) => {
      const provider = await open();
      assert.is((await refused(provider.set(refOf(), recordOf('x'), 1))).code, 'CONFLICT');
      await provider.set(refOf(), recordOf('one'), undefined);
      assert.is((await refused(provider.set(refOf(), recordOf('x'), undefined))).code, 'CONFLICT');
      assert.is((await refused(provider.set(refOf(), recordOf('x'), 2))).code, 'CONFLICT');
      assert.is(await passwordOf(provider), 'one');
      await provider.set(refOf(), recordOf('two', { revision: 99 }), 1);
      assert.is((await provider.get(refOf()))?.revision, 2);
      assert.is(await passwordOf(await open()), 'two');
    }));

  test('deletes what is there, compares before that, and says what was not there', () =>
    within(async ({ open }) => {
      const provider = await open();
      assert.is(await provider.delete(refOf(), 1), false);
      await provider.set(refOf(), recordOf('one'), undefined);
      assert.is((await refused(provider.delete(refOf(), 2))).code, 'CONFLICT');
      assert.is(await passwordOf(provider), 'one');
      assert.is(await provider.delete(refOf(), 1), true);
      assert.is(await (await open()).get(refOf()), undefined);
      assert.is(await provider.delete(refOf(), 1), false);
    }));

  test('profiles do not touch each other', () =>
    within(async ({ open }) => {
      const provider = await open();
      const other = refOf({ id: 'prod', variable: 'OTHER' });
      await provider.set(refOf(), recordOf('one'), undefined);
      await provider.set(other, recordOf('two'), undefined);
      await provider.delete(refOf(), 1);
      assert.is((await provider.get(other))?.current.password.reveal(), 'two');
    }));

  test('once set returns, another process reads it', () =>
    within(async ({ open, job, env }) => {
      await (await open()).set(refOf(), recordOf('for all'), undefined);
      const { stdout } = await start('providers/worker.ts', { ...job, act: 'get' }, env).ended;
      assert.is(stdout, `${JSON.stringify({ value: sha256('for all') })}\n`);
    }));

  test('of processes that set over the same revision exactly one wins, the others are told', () =>
    within(async ({ open, job, env }) => {
      await (await open()).set(refOf(), recordOf('first'), undefined);
      const passwords = ['a', 'b', 'c'];
      const gate = join(job.folder, 'gate');
      const runs = passwords.map((password) =>
        start('providers/worker.ts', { ...job, act: 'set', password, expected: 1, gate }, env),
      );
      for (const run of runs) await run.saw('ready');
      writeFileSync(gate, '');
      const outcomes = (await Promise.all(runs.map((run) => run.ended))).map(({ stdout, stderr }) => {
        const last = stdout.trim().split('\n').at(-1) ?? '';
        const { value, code } = JSON.parse(last.startsWith('{') ? last : JSON.stringify({ code: stderr }));
        return value ?? code;
      });
      assert.equal([...outcomes].sort(), ['CONFLICT', 'CONFLICT', 'set']);
      assert.is(await passwordOf(await open()), passwords[outcomes.indexOf('set')]);
    }));

  test('a record that would not fit every keychain is refused before anything is written', () =>
    within(async ({ open }) => {
      const provider = await open();
      const error = await refused(provider.set(refOf(), recordOf('x'.repeat(400)), undefined));
      assert.is(error.code, 'RECORD_TOO_LARGE');
      assert.is(await provider.get(refOf()), undefined);
    }));

  test.run();
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Runs a test on a subject of its own. */
function withSubject(make: () => Promise<Subject>) {
  return async (act: (subject: Subject) => Promise<unknown>): Promise<void> => {
    const subject = await make();
    try {
      await act(subject);
    } finally {
      await subject.close();
    }
  };
}
