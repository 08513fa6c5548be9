import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expand, stepsOf, type WorkflowStep } from '../examples/workflow.ts';
import { newPlace } from '../helpers/place.ts';
import { program } from '../helpers/program.ts';
import { assert, suite } from '../helpers/suite.ts';
import { at, mapOf, parseYaml, type Yaml } from '../helpers/yaml.ts';
import { project } from '../services/cache.ts';

const test = suite("the project's own workflows");
const folder = join(project, '.github/workflows');
const read = (file: string): Yaml => parseYaml(readFileSync(join(folder, file), 'utf8'));
const [tests, release] = [read('test.yml'), read('release.yml')];
const { scripts, version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
const files = readdirSync(folder);
const jobs = files.flatMap((file) => Object.values(mapOf(at(read(file), 'jobs'))));
const steps: readonly WorkflowStep[] = jobs
  .filter((job) => 'steps' in mapOf(job))
  .flatMap((job) => stepsOf(job));
const stepCalled = (name: string): WorkflowStep => {
  const found = steps.find((step) => step.name === name);
  if (!found) throw new Error(`no step is called ${name}`);
  return found;
};

test('three systems and four versions of Node', () => {
  const four = ['20', '22', '24', '26'];
  assert.equal(at(tests, 'jobs', 'linux', 'strategy', 'matrix'), { node: four });
  assert.equal(at(tests, 'jobs', 'elsewhere', 'strategy', 'matrix', 'node'), four);
  const systems = at(tests, 'jobs', 'elsewhere', 'strategy', 'matrix', 'os') as readonly string[];
  assert.equal(
    systems.map((system) => system.replace(/-.*/, '')),
    ['macos', 'windows'],
  );
  assert.is(at(tests, 'jobs', 'linux', 'container', 'image'), `node:$\{{ matrix.node }}-bookworm`);
});

test('may read the code, and nothing else but to vouch for a release', () => {
  assert.equal(at(tests, 'permissions'), { contents: 'read' });
  assert.equal(at(release, 'permissions'), {});
  const [first, publish] = Object.values(mapOf(at(release, 'jobs')));
  assert.equal(at(first ?? '', 'permissions'), { contents: 'read' });
  assert.equal(at(publish ?? '', 'permissions'), { contents: 'read', 'id-token': 'write' });
  assert.is(at(publish ?? '', 'needs'), 'test');
  for (const file of files) assert.not.match(readFileSync(join(folder, file), 'utf8'), /secrets\.|_TOKEN/);
});

test('every action is pinned by its full version, and keeps no credentials', () => {
  const used = steps.filter(({ uses }) => uses !== undefined);
  assert.ok(used.length >= 5);
  for (const { uses = '', with: given } of used) {
    assert.match(uses, /^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/);
    if (uses.startsWith('actions/checkout@')) assert.is(given['persist-credentials'], 'false');
  }
});

test('no event is put into a script', () => {
  for (const { run = '' } of steps) assert.not.match(run, '${{');
});

test('what they run is there', () => {
  for (const { run = '' } of steps)
    for (const [, script = ''] of run.matchAll(/npm run (\S+)/g)) assert.ok(script in scripts, script);
  assert.ok(statSync(join(project, stepCalled('All tests').run ?? '')).mode & 0o111);
  const words = (stepCalled('Tests of what is pure').run ?? '')
    .split(' ')
    .filter((word) => /^test\/.*\//.test(word));
  assert.ok(words.length >= 4);
  const all = readdirSync(join(project, 'test'), { recursive: true, encoding: 'utf8' });
  for (const word of words)
    assert.ok(
      all.some((file) => `test/${file}`.includes(word) && file.endsWith('.test.ts')),
      word,
    );
  assert.ok(existsSync(join(project, String(at(release, 'jobs', 'test', 'uses')))));
});

/** As a runner does. */
async function act(
  { run = '' }: WorkflowStep,
  env: Readonly<Record<string, string>>,
): Promise<number | null> {
  const flags = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c'];
  const { code } = await program('bash', [...flags, expand(run, {})], {
    cwd: project,
    env,
    timeout: 180_000,
  });
  return code;
}

test('a tag that is not the version publishes nothing', async () => {
  const step = stepCalled('The tag is the version');
  assert.is(await act(step, { GITHUB_REF_NAME: `v${version}` }), 0);
  for (const name of ['v0.0.1', version, '', `v${version} `])
    assert.is(await act(step, { GITHUB_REF_NAME: name }), 1);
});

test('line ends stay', async () => {
  const place = newPlace();
  const { run = '' } = stepCalled('Keep line ends as they are');
  assert.is((await program('sh', ['-c', run], { place })).code, 0);
  assert.match(readFileSync(join(place.home, '.gitconfig'), 'utf8'), /autocrlf = false/);
});

test('the package, packed, is installed and used', async () => {
  const smoke = steps.filter(({ name }) => name === 'Pack, install, use');
  assert.is(smoke.length, 2);
  for (const { run = '' } of smoke) assert.match(run, /(^|&& )node \.github\/smoke\.mjs$/);
  const done = await program(process.execPath, ['.github/smoke.mjs'], { cwd: project, timeout: 180_000 });
  assert.is(done.code, 0, done.output);
  assert.match(done.output, `dbcreds works on ${process.platform}`);
});

test.run();
