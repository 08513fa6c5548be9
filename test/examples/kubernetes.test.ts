import { chmodSync, chownSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { noContainers, type Options } from '../containers/box.ts';
import { build } from '../containers/docker.ts';
import { serve } from '../containers/serving.ts';
import { program } from '../helpers/program.ts';
import { type Shop, secretUrl } from '../helpers/shop.ts';
import { assert, suite } from '../helpers/suite.ts';
import { at, mapOf, parseYaml, type Yaml } from '../helpers/yaml.ts';
import { project } from '../services/cache.ts';
import { openExample } from './example.ts';

const test = suite('example: Kubernetes', { needs: ['postgresql', 'node22'] });

/** As the kubelet lays out a secret's volume, with the group of `fsGroup`. */
function mount(shop: Shop, volume: Yaml, gid: number): string {
  const folder = join(shop.place.folder, 'volume');
  const mode = Number.parseInt(String(at(volume, 'secret', 'defaultMode')), 8);
  const file = shop.place.write(join(folder, '..2026_11_24/url'), secretUrl(shop, 'prod'), mode);
  symlinkSync('..2026_11_24', join(folder, '..data'));
  symlinkSync('..data/url', join(folder, 'url'));
  chownSync(file, 0, gid);
  for (const one of [folder, join(folder, '..2026_11_24')]) chmodSync(one, 0o755);
  return folder;
}

/** What the deployment says of its container, as a box takes it. */
function options(shop: Shop, seal: string): Options {
  const deployment = parseYaml(readFileSync(join(shop.place.cwd, 'deployment.yml'), 'utf8'));
  const pod = at(deployment, 'spec', 'template', 'spec');
  const container = at(pod, 'containers', 0);
  const env = Object.values(at(container, 'env')).map((one) => [at(one, 'name'), at(one, 'value')] as const);
  const mounts = Object.values(at(container, 'volumeMounts'));
  const volumes = Object.values(at(pod, 'volumes')).map((volume) => {
    const of = mounts.find((one) => at(one, 'name') === at(volume, 'name')) ?? {};
    return [String(at(of, 'mountPath')), volume] as const;
  });
  const gid = Number(at(pod, 'securityContext', 'fsGroup'));
  return {
    uid: Number(at(pod, 'securityContext', 'runAsUser')),
    groups: [gid],
    readOnly: at(container, 'securityContext', 'readOnlyRootFilesystem') === 'true',
    env: Object.fromEntries(env.map(([name, value]) => [name, value === 'SEAL' ? seal : String(value)])),
    tmpfs: volumes.filter(([, volume]) => 'emptyDir' in mapOf(volume)).map(([path]) => path),
    volumes: Object.fromEntries(
      volumes
        .filter(([, volume]) => 'secret' in mapOf(volume))
        .map(([path, volume]) => [path, mount(shop, volume, gid)]),
    ),
  };
}

const why = noContainers();
const name = 'the pod serves as an unknown user with a secret that its group may read, and ends on SIGTERM';
if (why) test.skip(name, why);
else
  test(name, async () => {
    const shop = await openExample('kubernetes');
    const { place, env } = shop;
    const { stdout } = await program('dbcreds', ['trust', 'prod', '--print'], { place, env });
    place.write('server.js', readFileSync(join(project, 'examples/docker/server.js'), 'utf8'));
    place.write('package.json', { private: true, type: 'module' });
    const { image, argv } = build(
      readFileSync(join(project, 'examples/docker/Dockerfile'), 'utf8'),
      place.cwd,
    );
    const given = options(shop, stdout.trim());
    assert.is(given.uid, 10001);
    const { answer, code } = await serve(image, argv, given);
    assert.is(answer, `${shop.logins.prod?.user}\n`);
    assert.is(code, 0);
  });

test('is the same profile as in the image', () => {
  const of = (name: string): string => readFileSync(join(project, 'examples', name, 'dbcreds.json'), 'utf8');
  assert.is(of('kubernetes'), of('docker'));
});

test.run();
