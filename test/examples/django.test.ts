import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/digest.ts';
import { program } from '../helpers/program.ts';
import { storePassword } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { cached, project } from '../services/cache.ts';
import { must } from '../services/daemon.ts';
import { Keychain } from '../services/keychain.ts';
import { freePort } from '../services/server.ts';
import { use } from '../services/use.ts';
import { openExample } from './example.ts';
import { ask, readmeCommands } from './framework.ts';

const test = suite('example: Django', { needs: ['postgresql', 'secret-service', 'python'] });

/** Folder of the packages that the example asks for. */
async function packages(python: string): Promise<string> {
  const requirements = join(project, 'examples/django/requirements.txt');
  const version = await must(python, ['--version']);
  const name = `django-${sha256(version + readFileSync(requirements, 'utf8')).slice(0, 12)}`;
  return cached(name, async (draft) => {
    const flags = ['--quiet', '--only-binary', ':all:', '--target', draft];
    await must(python, ['-m', 'pip', 'install', ...flags, '-r', requirements], { env: process.env });
  });
}

test('migrates, and answers out of the database, as its README says', async () => {
  const [add, migrate = '', serve = '', ...others] = readmeCommands('django');
  assert.is(add, 'dbcreds add dev');
  assert.equal(others, []);
  const { file } = await use('python');
  const [shop, keychain] = [await openExample('django'), await Keychain.open('unlocked')];
  symlinkSync(file, join(shop.place.home, 'bin/python'));
  const env = { ...keychain.env, PYTHONPATH: await packages(file) };
  await storePassword(shop, 'dev', { ...shop.env, ...env });

  const { place } = shop;
  const migrated = await program('sh', ['-c', migrate], {
    place,
    env: { ...shop.env, ...env },
    timeout: 60_000,
  });
  assert.is(migrated.code, 0, migrated.output);
  assert.match(migrated.stdout, 'Applying auth.0001_initial... OK');

  // A view that fails: Django's page for it shows the settings, and the environment that the server was started in.
  const urls = join(place.cwd, 'shop/urls.py');
  const broken = 'def broken(request):\n    raise RuntimeError("broken on purpose")\n\n\n';
  const text = readFileSync(urls, 'utf8').replace(
    'urlpatterns = [',
    `${broken}urlpatterns = [path("broken", broken), `,
  );
  place.write(urls, text);
  const port = await freePort();
  const { answer, output, more } = await ask(shop, `${serve} ${port}`, { env, port, more: ['/broken'] });
  assert.equal(JSON.parse(answer), { user: shop.logins.dev?.user });
  assert.match(more, 'broken on purpose');
  assert.match(more, shop.logins.dev?.user ?? '-');
  for (const shown of [output, more]) assert.not.match(shown, shop.logins.dev?.password ?? '-');
  await keychain.close();
});

test.run();
