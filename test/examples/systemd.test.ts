import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installInto } from '../containers/box.ts';
import { blocksOf, commandsOf } from '../helpers/document.ts';
import { program, type Result } from '../helpers/program.ts';
import { type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { must } from '../services/daemon.ts';
import { use } from '../services/use.ts';
import { openExample } from './example.ts';
import { readmeCommands } from './framework.ts';

const test = suite('example: systemd', { needs: ['postgresql', 'systemd-analyze'] });

/** Its lines by name, each with every value. */
function unitOf({ place }: Shop): Map<string, string[]> {
  const unit = new Map<string, string[]>();
  for (const line of readFileSync(join(place.cwd, 'shop.service'), 'utf8').split('\n')) {
    const [, name, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name) unit.set(name, [...(unit.get(name) ?? []), value]);
  }
  return unit;
}

/** Starts the service as systemd does: an environment of its own, the specifiers, a credential that its user alone can read. */
async function startService(shop: Shop, seal: string): Promise<Result> {
  const { place } = shop;
  const unit = unitOf(shop);
  const one = (name: string): string => unit.get(name)?.[0] ?? '';
  const at = (name: string): string => join(place.folder, name);
  const [credential = ''] = one('LoadCredential').split(':');
  place.write(join(at('credentials'), credential), secretUrl(shop, 'prod'), 0o400);
  chmodSync(at('credentials'), 0o500);
  for (const folder of ['StateDirectory', 'CacheDirectory'])
    place.write(join(at(folder), one(folder), '.keep'), '');
  const given: Record<string, string> = {
    '%d': at('credentials'),
    '%S': at('StateDirectory'),
    '%C': at('CacheDirectory'),
  };
  const settings = (unit.get('Environment') ?? [])
    .flatMap((value) => value.split(' '))
    .map((setting) =>
      setting.replace(/%\w/g, (name) => given[name] ?? 'unknown').replace('=SEAL', `=${seal}`),
    );
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';
  const home = one('WorkingDirectory');
  const [command = '', ...args] = one('ExecStart').replaceAll(home, place.cwd).split(' ');
  const env = {
    ...Object.fromEntries(Object.keys(place.env).map((name) => [name, undefined])),
    ...Object.fromEntries(settings.map((setting) => setting.split('=', 2) as [string, string])),
    PATH: path,
  };
  return program(command, args, { place, env, node: process.execPath });
}

test('the unit starts the program with the credential that systemd hands over', async () => {
  const shop = await openExample('systemd');
  installInto(shop.place.cwd);
  shop.place.write('package.json', { private: true, type: 'module' });
  const [print = ''] = readmeCommands('systemd');
  const { stdout } = await program('sh', ['-c', print], { place: shop.place, env: shop.env });
  const done = await startService(shop, stdout.trim());
  assert.is(done.code, 0, done.output);
  assert.match(done.stdout, `connected as ${shop.logins.prod?.user} with TLSv1.3, certificate verified`);
  assert.not.match(done.stderr, '(LOG)');
  const refused = await startService(shop, '0'.repeat(64));
  assert.is(refused.code, 125);
  assert.match(refused.stderr, '(BINDING_CHANGED)');
});

test('systemd finds nothing wrong in the unit', async () => {
  const shop = await openExample('systemd');
  const analyze = (await use('systemd-analyze'))['systemd-analyze'] ?? '';
  // The program and the user of the reader's machine are not here.
  const unit = readFileSync(join(shop.place.cwd, 'shop.service'), 'utf8')
    .replace(/^ExecStart=\S+/m, 'ExecStart=/bin/sh')
    .replace(/^User=.*/m, 'User=root')
    .replace('SEAL', '0'.repeat(64));
  const file = shop.place.write('shop.service', unit);
  const said = await must(analyze, ['verify', file], {
    env: { PATH: process.env.PATH, SYSTEMD_LOG_LEVEL: 'warning' },
  });
  assert.is(said, '');
});

test('its README installs what the unit names', () => {
  const text = readFileSync(new URL('../../examples/systemd/README.md', import.meta.url), 'utf8');
  const commands = blocksOf(text)
    .flatMap(commandsOf)
    .map(({ text }) => text);
  assert.equal(commands.slice(1), [
    'install -m 600 prod-url /etc/shop/prod-url',
    'install -m 644 shop.service /etc/systemd/system/shop.service',
    'systemctl daemon-reload',
    'systemctl enable --now shop',
  ]);
});

test.run();
