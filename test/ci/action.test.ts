import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openShop, type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { at } from '../helpers/yaml.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';
import { act, action, type Inputs, install, sealOf, steps } from './action.ts';

const test = suite('the action for GitHub', { needs: ['postgresql'] });
const [first, run] = steps;

/** The project as a job has checked it out. */
async function checkout(): Promise<Shop> {
  const url = 'postgresql://shop@db.company.example:5432/shop';
  const shop = await openShop(
    { project: 'shop', profiles: { prod: { url, production: true } } },
    await use('postgresql'),
  );
  shop.place.write('dbcreds.json', shop.file);
  return shop;
}

test('installs the version that it names, and runs the command with it', async () => {
  const shop = await checkout();
  await install(shop);
  const folder = join(shop.place.tmp, 'dbcreds-action/node_modules/dbcreds');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  assert.is(version, JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).version);
  assert.is(version, at(action, 'inputs', 'version', 'default'));

  const command = 'psql -Atc "select current_user"\nenv | sort\nfalse | true\necho "not reached"';
  const given = { env: 'prod', confirm: 'prod', url: secretUrl(shop, 'prod'), seal: await sealOf(shop) };
  const { code, output, stdout } = await act(shop, run, { ...given, command, reason: 'to see' });
  assert.is(code, 1, output);
  assert.match(stdout, new RegExp(`^${shop.logins.prod?.user}$`, 'm'));
  assert.not.match(stdout, 'not reached');
  const variables = [...stdout.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
  assert.equal(
    variables.filter((name) => /^(IN_|DBCREDS_)/.test(name)),
    ['DBCREDS_ACTIVE'],
  );
  assert.match(stdout, /^::add-mask::(.*)$/m);
  assert.is(/^::add-mask::(.*)$/m.exec(stdout)?.[1], shop.logins.prod?.password);

  await refusals(shop, given);
  await injections(shop, given);
});

async function refusals(shop: Shop, given: Inputs): Promise<void> {
  for (const [change, code] of [
    [{ url: '' }, 'NO_CREDENTIAL'],
    [{ confirm: '' }, 'CONFIRM'],
    [{ seal: '' }, 'BINDING_CHANGED'],
    [{ 'set-at': 'long ago' }, 'BAD_VARIABLE'],
    [{ env: 'prob' }, 'NO_PROFILE'],
  ] as const) {
    const done = await act(shop, run, { ...given, command: 'echo has begun', ...change });
    assert.is(done.code, 125, done.output);
    assert.match(done.output, `(${code})`);
    assert.not.match(done.output, 'has begun');
  }
}

/** What an attacker could call a branch. None of it is run, and no URL is quoted. */
async function injections(shop: Shop, given: Inputs): Promise<void> {
  const evil = '"; touch "$HOME/evil"; $(touch "$HOME/evil"); `touch "$HOME/evil"` #';
  for (const name of ['env', 'url', 'seal', 'set-at', 'confirm', 'reason']) {
    const value = name === 'url' ? `postgresql://me:hunter2secret@${evil}` : evil;
    const done = await act(shop, run, { ...given, command: 'true', [name]: value });
    assert.not.ok(existsSync(join(shop.place.home, 'evil')), name);
    if (name !== 'reason') assert.is(done.code === 0, false, name);
    assert.not.match(done.output.replace(/^::add-mask::.*$/gm, ''), 'hunter2secret');
  }
}

test('takes no version that is not exact', async () => {
  const shop = await checkout();
  for (const version of ['latest', '^1.0.0', '1.2.3 --registry=x', 'x@1.2.3', '../evil']) {
    const { code, output } = await act(shop, first, { version });
    assert.is(code, 125, output);
    assert.match(output, 'version has to be exact');
  }
});

test('puts no input into a script', () => {
  for (const step of steps) assert.not.match(step.run ?? '', '${{');
});

test.run();
