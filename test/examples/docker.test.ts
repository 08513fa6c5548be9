import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noContainers, type Options } from '../containers/box.ts';
import { build } from '../containers/docker.ts';
import { realEngine, withEngine } from '../containers/engine.ts';
import { serve } from '../containers/serving.ts';
import { blocksOf, commandsOf } from '../helpers/document.ts';
import { program } from '../helpers/program.ts';
import { type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { at, mapOf, parseYaml } from '../helpers/yaml.ts';
import { openExample } from './example.ts';

const test = suite('example: Docker', { needs: ['postgresql', 'node22', 'tini'] });
const why = noContainers();

/** What its README tells to do before anything is built. Gives back the seal. */
async function prepare(shop: Shop): Promise<string> {
  const { place } = shop;
  const [first] = blocksOf(readFileSync(join(place.cwd, 'README.md'), 'utf8'));
  const lines = first ? commandsOf(first).map(({ text }) => text) : [];
  assert.match(lines[1] ?? '', /^cat > secrets\/prod_url /);
  const script = [...lines, 'printf %s "$DBCREDS_PROD_SEAL"'].join('\n');
  const input = `${secretUrl(shop, 'prod')}\n`;
  const { stdout } = await program('sh', ['-e', '-c', script], { place, env: shop.env, input });
  assert.match(stdout, /^[0-9a-f]{64}$/);
  return stdout;
}

/** The options of a service of a compose file. */
function service(shop: Shop, seal: string): Options {
  const compose = parseYaml(readFileSync(join(shop.place.cwd, 'compose.yml'), 'utf8'));
  const app = at(compose, 'services', 'app');
  const env = mapOf(at(app, 'environment')) as Record<string, string>;
  const secrets = Object.values(at(app, 'secrets')).map(String);
  const files = secrets.map((name) => [
    `/run/secrets/${name}`,
    join(shop.place.cwd, String(at(compose, 'secrets', name, 'file'))),
  ]);
  return {
    init: at(app, 'init') === 'true',
    readOnly: at(app, 'read_only') === 'true',
    tmpfs: [String(at(app, 'tmpfs'))],
    volumes: Object.fromEntries(files),
    env: Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value === `$\{DBCREDS_PROD_SEAL}` ? seal : value]),
    ),
  };
}

const name = 'the image serves as the compose file has it, and stops in an orderly way';
if (why) test.skip(name, why);
else
  test(name, async () => {
    const shop = await openExample('docker');
    const seal = await prepare(shop);
    const { image, uid, argv } = build(
      readFileSync(join(shop.place.cwd, 'Dockerfile'), 'utf8'),
      shop.place.cwd,
    );
    assert.is(uid, 1000);
    const options = service(shop, seal);
    assert.ok(options.init && options.readOnly);
    const file = Object.values(options.volumes ?? {})[0] ?? '';
    chmodSync(file, 0o400);
    chownSync(file, 1000, 1000);
    for (const init of [true, false]) {
      const { answer, code, output } = await serve(image, argv, { ...options, uid, init });
      assert.is(answer, `${shop.logins.prod?.user}\n`);
      assert.is(code, 0);
      assert.not.match(output, shop.logins.prod?.password ?? '-');
    }
  });

const real = 'a real engine builds and runs it';
const none = realEngine();
if (none) test.skip(real, none);
else
  test(real, async () => {
    const shop = await openExample('docker');
    const seal = await prepare(shop);
    const { answer, code } = await withEngine(shop, service(shop, seal));
    assert.is(answer, `${shop.logins.prod?.user}\n`);
    assert.is(code, 0);
  });

test('keeps the secret and the modules out of the context', () => {
  const lines = readFileSync(new URL('../../examples/docker/.dockerignore', import.meta.url), 'utf8').split(
    '\n',
  );
  for (const one of ['secrets', 'node_modules', '.env*', '.git']) assert.ok(lines.includes(one), one);
});

test.run();
