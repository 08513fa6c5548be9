import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installInto } from '../containers/box.ts';
import { expand, stepsOf, workflowSteps } from '../examples/workflow.ts';
import { blocksOf, commandsOf } from '../helpers/document.ts';
import { follow } from '../helpers/follow.ts';
import { newPlace } from '../helpers/place.ts';
import { program, type Result } from '../helpers/program.ts';
import { openShop, type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { at, mapOf, parseYaml, type Yaml } from '../helpers/yaml.ts';
import { project } from '../services/cache.ts';
import { newLogin } from '../services/server.ts';
import { use } from '../services/use.ts';

const test = suite('docs/ci.md', { needs: ['postgresql'] });
const blocks = blocksOf(readFileSync(join(project, 'docs/ci.md'), 'utf8'));

function blockOf(section: string): string {
  const found = blocks.filter((block) => block.section === section);
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${section}`);
  return found[0]?.lines.join('\n') ?? '';
}

/** A project whose production profile names a CA, with what a job's system sets. */
async function openJob(): Promise<{ shop: Shop; env: Record<string, string>; urlFile: string }> {
  const url = 'postgresql://shop@db.company.example:5432/shop';
  const prod = { url, production: true, expires: '90d' };
  const shop = await openShop({ project: 'shop', profiles: { prod } }, await use('postgresql'));
  const { place } = shop;
  place.write('dbcreds.json', shop.file);
  place.write('migrate.sql', 'create table orders (id integer);');
  const scripts = { migrate: 'psql -v ON_ERROR_STOP=1 -f migrate.sql && psql -Atc "select current_user"' };
  place.write('package.json', { private: true, scripts });
  installInto(place.cwd);
  const urlFile = place.write(join(place.home, 'prod-url'), `${secretUrl(shop, 'prod')}\n`, 0o600);
  const { stdout } = await program('dbcreds', ['trust', 'prod', '--print'], { place, env: shop.env });
  const today = new Date().toISOString().slice(0, 10);
  const env = { ...shop.env, CI: 'true', DBCREDS_PROD_SEAL: stdout.trim(), DBCREDS_PROD_SET_AT: today };
  return { shop, env, urlFile };
}

/** Every command of a job but the installation, in one shell each. It has to migrate, as the right user. */
async function migrates(
  { shop, env }: { shop: Shop; env: Record<string, string> },
  commands: readonly string[],
): Promise<void> {
  assert.ok(commands.some((command) => command.includes('npm run migrate')));
  let last: Result | undefined;
  for (const command of commands.filter((one) => one !== 'npm ci')) {
    last = await program('sh', ['-e', '-c', command], { place: shop.place, env });
    assert.is(last.code, 0, last.output);
    assert.not.match(last.output, shop.logins.prod?.password ?? '-');
  }
  assert.match(last?.stdout ?? '', new RegExp(`^${shop.logins.prod?.user}$`, 'm'));
}

const texts = (yaml: Yaml): string[] => Object.values(yaml).map(String);

test('GitHub Actions: what the action is given are its inputs', () => {
  const steps = workflowSteps(blockOf('GitHub Actions'));
  const [step] = steps.filter(({ uses }) => uses?.startsWith('OWNER/dbcreds@'));
  const inputs = mapOf(at(parseYaml(readFileSync(join(project, 'action.yml'), 'utf8')), 'inputs'));
  for (const name of Object.keys(step?.with ?? {})) assert.ok(name in inputs, name);
  for (const [name, input] of Object.entries(inputs))
    if (mapOf(input).required === 'true') assert.ok(step && name in step.with, name);
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  assert.is(step?.uses, `OWNER/dbcreds@v${version}`);
});

test('GitLab CI', async () => {
  const { shop, env, urlFile } = await openJob();
  const job = at(parseYaml(blockOf('GitLab CI')), 'migrate');
  const own = mapOf(at(job, 'variables')) as Record<string, string>;
  const all = { ...env, ...own, DBCREDS_PROD_URL_FILE: urlFile, CI_PIPELINE_ID: '7' };
  await migrates({ shop, env: all }, texts(at(job, 'script')));
});

test('CircleCI', async () => {
  const { shop, env } = await openJob();
  const steps = at(parseYaml(blockOf('CircleCI')), 'jobs', 'migrate', 'steps');
  const commands = Object.values(steps).flatMap((step: Yaml) =>
    typeof step === 'string' ? [] : [String(at(step, 'run'))],
  );
  await migrates({ shop, env: { ...env, DBCREDS_PROD_URL: secretUrl(shop, 'prod') } }, commands);
});

test('Jenkins', async () => {
  const { shop, env, urlFile } = await openJob();
  const text = blockOf('Jenkins');
  assert.match(text, "variable: 'DBCREDS_PROD_URL_FILE'");
  const commands = [...text.matchAll(/^ *sh '(.*)'$/gm)].map(([, command = '']) => command);
  await migrates({ shop, env: { ...env, DBCREDS_PROD_URL_FILE: urlFile, BUILD_TAG: 'shop-7' } }, commands);
});

test('a password with its target does as well as a URL', async () => {
  const { shop, env } = await openJob();
  const { user, password, database } = shop.logins.prod ?? {};
  const target = `postgresql://${user}@localhost:${shop.server.port}/${database}`;
  const all = { ...env, DBCREDS_PROD_PASSWORD: `${password}`, DBCREDS_PROD_TARGET: target };
  await migrates({ shop, env: all }, [
    'npx dbcreds run -e prod --confirm prod --reason x -- npm run migrate',
  ]);
});

test('a database for the tests', async () => {
  const server = await use('postgresql', 'plain');
  const job = at(parseYaml(blockOf('A database for the tests')), 'jobs', 'test');
  const service = mapOf(at(job, 'services', 'postgres', 'env')) as Record<string, string>;
  const [step] = stepsOf(job).filter(({ run }) => run?.includes('dbcreds'));
  assert.is(step?.env.DBCREDS_DEV_PASSWORD, service.POSTGRES_PASSWORD);
  const { user, database } = await newLogin(server, { password: service.POSTGRES_PASSWORD ?? '' });
  const place = newPlace();
  const url = `postgresql://${user}@localhost:${server.port}/${database}`;
  place.write('dbcreds.json', { project: 'shop', profiles: { dev: { url } } });
  place.write('package.json', { private: true, scripts: { test: 'psql -Atc "select current_user"' } });
  installInto(place.cwd);
  const env = { ...step?.env, PATH: `${server.clients}:${place.env.PATH}` };
  const done = await program('bash', ['-e', '-c', expand(step?.run ?? '', {})], { place, env });
  assert.is(done.code, 0, done.output);
  assert.match(done.stdout, new RegExp(`^${user}$`, 'm'));
  assert.not.match(done.output, 'dbcreds:');
});

test('what goes wrong is said as the page has it', async () => {
  const { shop, env, urlFile } = await openJob();
  const shown = blocks.filter(({ lang }) => lang === 'console').flatMap(commandsOf);
  assert.is(shown.length, 4);
  const fill = (text: string): string =>
    text.includes('DBCREDS_PROD_URL=') ? text : `DBCREDS_PROD_URL_FILE=${urlFile} ${text}`;
  const problems = await follow(shop, shown, { env, fill, terminal: false });
  assert.is(problems.join('\n'), '');
});

test('holds no block that nobody tries', () => {
  for (const { lang, line } of blocks)
    assert.ok(['yaml', 'groovy', 'console'].includes(lang), `line ${line}`);
  assert.is(blocks.length, 9);
});

test.run();
