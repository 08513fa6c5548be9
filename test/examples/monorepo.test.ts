import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { Terminal } from '../helpers/terminal.ts';
import { Keychain } from '../services/keychain.ts';
import { openExample } from './example.ts';
import { readmeCommands } from './framework.ts';

const test = suite('example: a monorepo', { needs: ['postgresql', 'secret-service', 'pty'] });

test('the first start asks once for all, the next ones not at all', async () => {
  const [shop, keychain] = [await openExample('monorepo'), await Keychain.open('unlocked')];
  const { place } = shop;
  // What `npm install` would link.
  for (const name of ['api', 'worker']) symlinkSync(`../${name}`, join(place.cwd, 'node_modules', name));
  mkdirSync(join(place.cwd, 'node_modules/.bin'), { recursive: true });
  const [first = '', second = '', third = ''] = readmeCommands('monorepo');
  const user = shop.logins.dev?.user;
  const env = { ...shop.env, ...keychain.env };

  const asked = new Terminal('sh', ['-c', first], { place, env, timeout: 60_000 });
  const question = /Password of \S+ \(hidden\): /g;
  await asked.expect(new RegExp(question.source));
  asked.answer(shop.logins.dev?.password ?? '');
  assert.is((await asked.end()).code, 0);
  assert.is(asked.output.match(question)?.length, 1, asked.output);
  for (const name of ['api', 'worker']) assert.match(asked.output, `${name} runs as ${user}`);

  for (const [command, names] of [
    [second, ['api', 'worker']],
    [third, ['worker']],
  ] as const) {
    const terminal = new Terminal('sh', ['-c', command], { place, env, timeout: 60_000 });
    assert.is((await terminal.end()).code, 0);
    for (const name of names) assert.match(terminal.output, `${name} runs as ${user}`);
    assert.not.match(terminal.output, question);
  }
  await keychain.close();
});

test.run();
