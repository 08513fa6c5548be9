import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expand, stepsOf } from '../examples/workflow.ts';
import { program, type Result } from '../helpers/program.ts';
import { openShop, type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { at, mapOf, parseYaml } from '../helpers/yaml.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';
import { openRegistry } from './registry.ts';

const test = suite('the action for GitHub', { needs: ['postgresql'] });
const action = parseYaml(readFileSync(join(project, 'action.yml'), 'utf8'));
const inputs = mapOf(at(action, 'inputs'));
const [install, run] = stepsOf(at(action, 'runs'));

type Inputs = Readonly<Record<string, string>>;

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

/** As the runner does: inputs and their defaults filled in, the step's variables, `bash -e`. */
function act(shop: Shop, step: typeof run, given: Inputs, extra: Inputs = {}): Promise<Result> {
  const values: Record<string, string> = { 'runner.temp': shop.place.tmp };
  for (const [name, spec] of Object.entries(inputs)) {
    const value = given[name] ?? mapOf(spec).default;
    if (value !== undefined) values[`inputs.${name}`] = String(value);
  }
  const env = Object.fromEntries(
    Object.entries(step?.env ?? {}).map(([name, value]) => [name, expand(value, values)]),
  );
  const cwd = join(shop.place.cwd, expand(step?.folder ?? '.', values));
  const flags = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c'];
  const { PATH = '' } = shop.place.env;
  return program('bash', [...flags, step?.run ?? ''], {
    place: shop.place,
    cwd,
    env: { PATH: `${shop.server.clients}:${PATH}`, ...extra, ...env },
  });
}

async function installed(): Promise<Shop> {
  const shop = await checkout();
  const npm = { npm_config_registry: await openRegistry(), npm_config_update_notifier: 'false' };
  const { code, output } = await act(shop, install, {}, npm);
  assert.is(code, 0, output);
  return shop;
}

async function sealOf({ place, env }: Shop): Promise<string> {
  return (await program('dbcreds', ['trust', 'prod', '--print'], { place, env })).stdout.trim();
}

test('installs the version that it names, and runs the command with it', async () => {
  const shop = await installed();
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
    const { code, output } = await act(shop, install, { version });
    assert.is(code, 125, output);
    assert.match(output, 'version has to be exact');
  }
});

test('puts no input into a script', () => {
  for (const step of [install, run]) assert.not.match(step?.run ?? '', '${{');
});

test.run();
