import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { program, type Result } from '../helpers/program.ts';
import { type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { followReadme, openExample } from './example.ts';
import { expand, type WorkflowStep, workflowSteps } from './workflow.ts';

const test = suite('example: CI job', { needs: ['postgresql'] });

const urlFile = ({ place }: Shop): string => join(place.home, 'secrets/prod-url');

/** Puts the URL where the job's own store of secrets would. */
function handOver(shop: Shop): void {
  shop.place.write(urlFile(shop), secretUrl(shop, 'prod'), 0o600);
}

async function sealOf({ place, env }: Shop): Promise<string> {
  const { stdout } = await program('dbcreds', ['trust', 'prod', '--print'], { place, env });
  return stdout.trim();
}

function job(shop: Shop, env: Readonly<Record<string, string | undefined>>): Promise<Result> {
  const { place } = shop;
  return program('./job.sh', [], {
    place,
    env: { ...shop.env, DBCREDS_PROD_URL_FILE: urlFile(shop), ...env },
  });
}

async function tables(shop: Shop): Promise<string> {
  const { place, env } = shop;
  const { stdout } = await program('psql', [secretUrl(shop, 'prod'), '-Atc', '\\dt'], { place, env });
  return stdout;
}

test('its README holds', async () => {
  const shop = await openExample('ci-job');
  handOver(shop);
  const fill = (text: string): string => text.replaceAll('/run/secrets/prod-url', urlFile(shop));
  await followReadme('ci-job', shop, { env: {}, fill, terminal: false });
});

test('the job migrates production', async () => {
  const shop = await openExample('ci-job');
  handOver(shop);
  const { code, output } = await job(shop, { DBCREDS_PROD_SEAL: await sealOf(shop) });
  assert.is(code, 0, output);
  assert.match(output, /^TLS +TLSv1\.[23], verified$/m);
  assert.match(await tables(shop), /^public\|orders\|/m);
});

test('without the seal, or with another, nothing is sent', async () => {
  const shop = await openExample('ci-job');
  handOver(shop);
  for (const seal of [undefined, '0'.repeat(64)]) {
    const { code, output } = await job(shop, { DBCREDS_PROD_SEAL: seal });
    assert.is(code, 125);
    assert.match(output, /\(BINDING_CHANGED\)/);
  }
  assert.is(await tables(shop), '');
});

test('a URL that was not handed over stops the job', async () => {
  const shop = await openExample('ci-job');
  shop.place.write(urlFile(shop), '', 0o600);
  const { code, output } = await job(shop, { DBCREDS_PROD_SEAL: await sealOf(shop) });
  assert.is(code, 125);
  assert.match(output, /\(NO_CREDENTIAL\)/);
});

/** As the runner of GitHub does: the step's own variables, and `bash -e`. */
function act(shop: Shop, step: WorkflowStep, values: Readonly<Record<string, string>>): Promise<Result> {
  const own = Object.entries(step.env).map(([name, value]) => [name, expand(value, values)] as const);
  const env = { ...shop.env, RUNNER_TEMP: values['runner.temp'], ...Object.fromEntries(own) };
  return program('bash', ['-e', '-c', step.run ?? ''], { place: shop.place, env });
}

test('every step of the workflow works', async () => {
  const shop = await openExample('ci-job');
  const temp = shop.place.tmp;
  const values = {
    'runner.temp': temp,
    'secrets.PROD_URL': secretUrl(shop, 'prod'),
    'vars.DBCREDS_PROD_SEAL': await sealOf(shop),
    'github.sha': 'c0ffee',
  };
  const steps = workflowSteps(readFileSync(join(shop.place.cwd, 'workflow.yml'), 'utf8'));
  assert.equal(
    steps.map(({ name }) => name),
    [
      'actions/checkout@v5.0.0',
      'actions/setup-node@v5.0.0',
      'npm ci',
      'Put the URL where this job alone can read it',
      'Migrate',
      'Leave nothing behind',
    ],
  );
  for (const step of steps.slice(3)) {
    const { code, output } = await act(shop, step, values);
    assert.is(code, 0, `${step.name}: ${output}`);
    if (step.name.startsWith('Put')) assert.is(statSync(join(temp, 'prod-url')).mode & 0o777, 0o600);
    assert.is(existsSync(join(temp, 'prod-url')), !step.name.startsWith('Leave'));
  }
  assert.match(await tables(shop), /^public\|orders\|/m);
  const log = await program('dbcreds', ['log', '--json'], { place: shop.place, env: shop.env });
  assert.match(log.stdout, /"reason":"migrate c0ffee"/);
});

test.run();
