import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { Keychain } from '../services/keychain.ts';
import { use } from '../services/use.ts';
import { followReadme, openExample } from './example.ts';

const test = suite('example: direnv', { needs: ['postgresql', 'secret-service', 'pty', 'direnv'] });

test('its README holds', async () => {
  const [shop, keychain] = [await openExample('direnv'), await Keychain.open('unlocked')];
  const { direnv = '' } = await use('direnv');
  // In place of the hook of the reader's shell, which exports what the file does once it is allowed.
  const fill = (text: string): string =>
    text === 'direnv allow'
      ? `'${direnv}' allow && export $('${direnv}' exec . env | grep ^DBCREDS_ENV=)`
      : text;
  await followReadme('direnv', shop, { env: keychain.env, fill });
  await keychain.close();
});

test('the file exports which profile, and nothing else', () => {
  const lines = readFileSync(join(project, 'examples/direnv/.envrc'), 'utf8').trim().split('\n');
  assert.equal(
    lines.filter((line) => !line.startsWith('#')),
    ['export DBCREDS_ENV=dev'],
  );
});

test.run();
