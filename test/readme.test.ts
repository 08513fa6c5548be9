import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf } from './helpers/document.ts';
import { follow } from './helpers/follow.ts';
import { newPlace } from './helpers/place.ts';
import { dbcreds, program } from './helpers/program.ts';
import { assert, suite } from './helpers/suite.ts';
import {
  blocks,
  documented,
  handOver,
  isOurs,
  ourPackage,
  partsOf,
  prepare,
  readme,
  scenes,
  scripts,
} from './readme.ts';
import { project } from './services/cache.ts';
import { Keychain } from './services/keychain.ts';

const test = suite('README', { needs: ['postgresql', 'secret-service', 'pty'] });
const form = suite('README, its form');

for (const scene of scenes())
  test(`${scene.title}: every command does what it shows`, async () => {
    const keychain = await Keychain.open('unlocked');
    const shop = await prepare(scene, keychain.env);
    const fill = await handOver(shop);
    const env = scene.job ? {} : keychain.env;
    const problems = await follow(shop, scene.shown, { env, fill, terminal: !scene.job });
    assert.is(problems.join('\n'), '');
    await keychain.close();
  });

test('every npm script that it shows runs', async () => {
  const names = Object.keys(scripts);
  assert.ok(names.length > 0);
  const keychain = await Keychain.open('unlocked');
  const text = names.map((name) => `npm run --silent ${name}`);
  const shown = text.map((one) => ({ text: one, output: undefined, line: 0 }));
  const uses = { text: `# ${Object.values(scripts).join('\n# ')}`, output: undefined, line: 0 };
  const shop = await prepare({ title: '', job: false, shown: [...shown, uses] }, keychain.env);
  assert.is((await follow(shop, shown, { env: keychain.env })).join('\n'), '');
  await keychain.close();
});

test('the image that it shows starts its program', async () => {
  const images = blocks.filter(({ lang }) => lang === 'dockerfile');
  assert.ok(images.length > 0);
  for (const { lines, line } of images) {
    const words = ['ENTRYPOINT', 'CMD'].flatMap((word) => {
      const found = lines.find((one) => one.startsWith(`${word} `)) ?? `${word} []`;
      return JSON.parse(found.slice(word.length)) as string[];
    });
    const setting = 'DBCREDS_PROD_URL_FILE=/run/secrets/prod_url DBCREDS_PROD_SEAL=... DBCREDS_CONFIRM=prod';
    const shown = [{ text: `${setting} ${words.join(' ')}`, output: undefined, line }];
    const shop = await prepare({ title: '', job: true, shown }, {});
    assert.is(
      (await follow(shop, shown, { env: {}, fill: await handOver(shop), terminal: false })).join('\n'),
      '',
    );
  }
});

form('has 200 lines at most', () => {
  assert.ok(readme.trimEnd().split('\n').length <= 200);
});

form('holds no block that nobody tries', () => {
  for (const { lang, line } of blocks)
    assert.ok(['sh', 'console', 'json', 'dockerfile'].includes(lang), `line ${line}: a block of "${lang}"`);
  const outside = readme.replace(/^```.*?^```/gms, '').split('\n');
  for (const line of outside)
    assert.not.match(
      line,
      /^( {4}|\t)\s*(\$ |dbcreds |npm |npx )/,
      'a command that stands in no fenced block',
    );
  const tried = scenes().flatMap(({ shown }) => shown);
  const ours = blocks
    .filter(({ lang }) => /^(sh|console)$/.test(lang))
    .flatMap(commandsOf)
    .filter(isOurs);
  assert.ok(tried.length >= 5);
  assert.ok(ours.length >= 2);
});

form('names packages and scripts that are there', () => {
  const ours = blocks
    .filter(({ lang }) => /^(sh|console)$/.test(lang))
    .flatMap(commandsOf)
    .filter(isOurs);
  for (const part of ours.flatMap(({ text }) => partsOf(text))) {
    const [, verb = '', rest = ''] = part.split(' ');
    if (/^i/.test(verb)) assert.is(part.split(' ').at(-1), ourPackage.name);
    else if (verb === 'run') assert.ok(rest in ourPackage.scripts, part);
    else if (verb === 'test') assert.ok('test' in ourPackage.scripts);
    else assert.is(part, 'npm ci');
  }
  assert.equal(Object.keys(ourPackage.bin), ['dbcreds']);
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  assert.equal(lock.packages[''].dependencies, dependencies);
  assert.equal(lock.packages[''].devDependencies, devDependencies);
});

form('names commands that are there', async () => {
  const { stdout } = await program('node', [join(project, 'dist/cli.cjs'), '--help']);
  const commands = [...stdout.matchAll(/^ {2}(\w+)[ [<]/gm)].map(([, name]) => name);
  assert.ok(commands.includes('run'));
  for (const [, name = ''] of readme.matchAll(/`dbcreds ([a-z]+)/g))
    assert.ok(commands.includes(name), `dbcreds ${name}`);
});

form('links to files that are there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
  assert.ok(links.length > 0);
  for (const link of links) assert.ok(existsSync(join(project, link)), link);
});

form('shows a project file that stands', async () => {
  const place = newPlace();
  place.write('dbcreds.json', documented);
  for (const name of Object.keys(documented.profiles)) {
    const shown = await dbcreds(['show', name, '--provider', 'env'], { place });
    assert.is(shown.code, 0, shown.output);
    assert.match(shown.stdout, `${documented.project}/${name}`);
  }
});

test.run();
form.run();
