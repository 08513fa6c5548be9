import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contain, noContainers, type Options } from '../containers/box.ts';
import { type Built, build, parseRun } from '../containers/docker.ts';
import { serve } from '../containers/serving.ts';
import { blocksOf, commandsOf, type Shown } from '../helpers/document.ts';
import { program } from '../helpers/program.ts';
import { openShop, type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { project } from '../services/cache.ts';
import { use } from '../services/use.ts';

const test = suite('docs/containers.md', { needs: ['postgresql', 'node22', 'tini'] });
const why = noContainers();
const add = (name: string, handler: () => Promise<void>): void =>
  why ? test.skip(name, why) : test(name, handler);

const blocks = blocksOf(readFileSync(join(project, 'docs/containers.md'), 'utf8'));
const images = blocks.filter(({ lang }) => lang === 'dockerfile').map(({ lines }) => lines.join('\n'));
const runs = blocks.filter(({ lang }) => lang === 'sh' || lang === 'console').flatMap(commandsOf);

/** The context that the page's images are built from. */
async function openContext(): Promise<{ shop: Shop; seal: string }> {
  const url = 'postgresql://shop_app@db.company.example:5432/shop';
  const shop = await openShop(
    { project: 'shop', profiles: { prod: { url, production: true } } },
    await use('postgresql'),
  );
  const { place, env } = shop;
  place.write('dbcreds.json', shop.file);
  place.write('package.json', { private: true, type: 'module' });
  place.write('server.js', readFileSync(join(project, 'examples/docker/server.js'), 'utf8'));
  mkdirSync(join(place.cwd, 'secrets'));
  const file = place.write('secrets/prod_url', secretUrl(shop, 'prod'), 0o400);
  for (const folder of [place.folder, place.home, place.cwd, join(place.cwd, 'secrets')])
    chmodSync(folder, 0o755);
  chownSync(file, 1000, 1000);
  const { stdout } = await program('dbcreds', ['trust', 'prod', '--print'], { place, env });
  return { shop, seal: stdout.trim() };
}

function optionsOf({ text }: Shown, { shop, seal }: { shop: Shop; seal: string }): Options {
  const { options, image } = parseRun(text, shop.place.cwd);
  assert.is(image, 'shop');
  assert.is(options.env?.DBCREDS_PROD_SEAL, '...');
  return { ...options, env: { ...options.env, DBCREDS_PROD_SEAL: seal } };
}

add('its docker run serves with its first image', async () => {
  const context = await openContext();
  const built = build(images[0] ?? '', context.shop.place.cwd);
  const options = { uid: built.uid, ...optionsOf(runs[0] as Shown, context) };
  const { answer, code } = await serve(built.image, built.argv, options);
  assert.is(answer, `${context.shop.logins.prod?.user}\n`);
  assert.is(code, 0);
});

add('its distroless image serves too', async () => {
  const context = await openContext();
  const built: Built = build(images[1] ?? '', context.shop.place.cwd);
  assert.ok(built.image.distroless);
  chmodSync(join(context.shop.place.cwd, 'secrets/prod_url'), 0o444);
  const options = { ...optionsOf(runs[0] as Shown, context), uid: built.uid };
  const { answer, code } = await serve(built.image, built.argv, options);
  assert.is(answer, `${context.shop.logins.prod?.user}\n`);
  assert.is(code, 0);
});

add('a secret that the user cannot read is refused as it says', async () => {
  const context = await openContext();
  const { image, argv } = build(images[0] ?? '', context.shop.place.cwd);
  const shown = runs[1] as Shown;
  const { code, output } = await contain(image, argv, optionsOf(shown, context));
  assert.is(code, 125);
  const lines = (shown.output ?? []).filter(Boolean);
  assert.ok(lines.length > 0);
  for (const line of lines) assert.match(output, line);
});

test('shows the image of the example', () => {
  const lines = readFileSync(join(project, 'examples/docker/Dockerfile'), 'utf8').split('\n');
  assert.is(lines.filter((line) => line && !line.startsWith('#')).join('\n'), images[0]);
});

test('holds no block that nobody tries', () => {
  assert.equal([images.length, runs.length, blocks.length], [2, 2, 4]);
});

test.run();
