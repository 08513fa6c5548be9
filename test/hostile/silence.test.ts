import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '../helpers/suite.ts';
import { keys, Terminal } from '../helpers/terminal.ts';
import { assertPlain, type Json, Victim } from './victim.ts';

const test = suite('guards silenced by the file', { needs: ['pty'] });

/** Somebody whose production password was stored for a second, and is older than that. */
async function expired(): Promise<Victim> {
  const victim = await Victim.open('file');
  const short = victim.good;
  short.profiles.prod.expires = '1s';
  victim.place.write('dbcreds.json', short);
  const input = victim.passwords[0] ?? '';
  const added = await victim.dbcreds(['add', 'prod', '--password-stdin', '--no-test'], { input });
  assert.is(added.code, 0, added.output);
  await sleep(1100);
  return victim;
}

test('an age that was fixed when the password was stored stays', async () => {
  const victim = await expired();
  for (const keys of [
    { expires: 'none' },
    { expires: '9999d' },
    { expires: undefined },
    { expires: '1s', warn: '0' },
  ])
    await victim.attempt({
      edit: ({ profiles }) => {
        Object.assign(profiles.prod, keys);
      },
      code: 'EXPIRED',
    });
  await victim.close();
});

test('a file may have it warned of instead: it is said, and logged', async () => {
  const victim = await expired();
  const file = victim.good;
  file.profiles.prod.onExpired = 'warn';
  victim.place.write('dbcreds.json', file);
  const { code, stderr } = await victim.dbcreds(victim.runArgs({}));
  assert.is(code, 0);
  assert.match(stderr, /^dbcreds: warning: the password of prod expired .* \(EXPIRED\)$/m);
  const log = readFileSync(join(victim.place.home, '.local/state/dbcreds/runs.jsonl'), 'utf8');
  assert.match(log.trim().split('\n').at(-1) ?? '', '"overrides":["EXPIRED"]');
  await victim.close();
});

/** A profile whose record is elsewhere, so that a terminal asks for its password. */
async function asked(edit: (file: Json, victim: Victim) => void, name = 'prod'): Promise<[Victim, Terminal]> {
  const victim = await Victim.open('file');
  const file = victim.good;
  file.project = 'shop-2';
  edit(file, victim);
  victim.place.write('dbcreds.json', file);
  const { place, env } = victim;
  return [victim, Terminal.dbcreds(['run', '-e', name, '--', ...victim.child], { place, env })];
}

test('a project that calls itself otherwise has the password asked for: it says where that goes', async () => {
  const [victim, run] = await asked(({ profiles }, { trap }) => {
    const { url, provider } = profiles.prod;
    profiles.prod = { url, provider, hostAddress: `127.0.0.1:${trap.port}`, tls: { mode: 'require' } };
  });
  const question = await run.expect('(hidden): ');
  assert.match(question, 'No password is stored for shop-2/prod yet.');
  assert.match(question, `It dials 127.0.0.1:${victim.trap.port} for db.company.example.`);
  assert.match(question, 'TLS: require.');
  run.send(keys.interrupt);
  await run.end();
  victim.assertNothingHappened(run.output.replaceAll('\r\n', '\n'));
  await victim.close();
});

test('production with weak TLS: nobody is asked, and nothing is sent', async () => {
  const [victim, run] = await asked(({ profiles }, { trap }) => {
    profiles.prod.hostAddress = `127.0.0.1:${trap.port}`;
    profiles.prod.tls = { mode: 'require' };
  });
  assert.equal(await run.end(), { code: 125, signal: null });
  assert.match(run.output, '(WEAK_TLS)');
  assert.not.match(run.output, 'hidden');
  victim.assertNothingHappened(run.output.replaceAll('\r\n', '\n'));
  await victim.close();
});

test('a password that is piped in goes to no server that does not prove its name', async () => {
  const victim = await Victim.open('file');
  const file = victim.good;
  file.project = 'shop-2';
  file.profiles.prod.hostAddress = `127.0.0.1:${victim.trap.port}`;
  file.profiles.prod.tls = { mode: 'disable' };
  victim.place.write('dbcreds.json', file);
  const added = await victim.dbcreds(['add', 'prod', '--password-stdin'], {
    input: victim.passwords[0] ?? '',
  });
  assert.is(added.code, 125);
  assert.match(added.stderr, '(WEAK_TLS)');
  assertPlain(added.output);
  victim.assertNothingHappened(added.output);
  await victim.close();
});

test('a password for another target takes the place of none without a question', async () => {
  const victim = await Victim.open('file');
  const file = victim.good;
  file.profiles.prod.url = 'postgresql://shop_app@evil.example/shop';
  victim.place.write('dbcreds.json', file);
  const input = 'Typed-by-mistake-1';
  const added = await victim.dbcreds(['add', 'prod', '--password-stdin', '--no-test'], { input });
  assert.is(added.code, 125);
  assert.match(added.stderr, '(BINDING_CHANGED)');
  victim.restore();
  const { stdout } = await victim.dbcreds(victim.runArgs({}));
  assert.ok(stdout.includes(`PGPASSWORD=${victim.passwords[0]}\n`));
  await victim.close();
});

test.run();
