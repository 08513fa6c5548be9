// An npm registry on this machine, for what is published nowhere yet: our own package, and what it depends on.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { atEndOfTest } from '../helpers/cleanup.ts';
import { temporary } from '../helpers/folders.ts';
import { project } from '../services/cache.ts';
import { must } from '../services/daemon.ts';

interface Pack {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly data: Buffer;
}

/** Serves the packages until the end of the test. Each other is not found, as npm wants it of an optional one. */
export async function openRegistry(): Promise<string> {
  const packs = [await pack(project), await pack(join(project, 'node_modules/@napi-rs/keyring'))];
  const server = createServer(({ url = '' }, answer) => {
    const path = decodeURIComponent(url).slice(1);
    const found = packs.find(({ manifest }) => path === manifest.name || path === `${manifest.name}.tgz`);
    if (!found) return answer.writeHead(404).end('{}');
    if (path.endsWith('.tgz')) return answer.end(found.data);
    const { port } = server.address() as AddressInfo;
    answer.setHeader('content-type', 'application/json').end(JSON.stringify(listing(found, port)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEndOfTest(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function listing({ manifest, data }: Pack, port: number): object {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(data).digest('base64')}`;
  const dist = { tarball: `http://127.0.0.1:${port}/${name}.tgz`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

/** As it lies there: `prepack` would build again, under the feet of other tests. */
async function pack(folder: string): Promise<Pack> {
  const to = temporary('pack');
  const env = { PATH: process.env.PATH, HOME: to };
  await must('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', to], { cwd: folder, env });
  const file = readdirSync(to).find((name) => name.endsWith('.tgz')) ?? '';
  return {
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    data: readFileSync(join(to, file)),
  };
}
