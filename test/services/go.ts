import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/digest.ts';
import { cached, project } from './cache.ts';
import { find } from './commands.ts';
import { must } from './daemon.ts';
import type { Ground } from './ground.ts';
import { Unavailable } from './use.ts';

/** The program of test/fixtures/clients/go, which takes the name of a client. */
export interface Go {
  readonly file: string;
}

const folder = join(project, 'test/fixtures/clients/go');

/** @throws Unavailable where there is no Go, one that is too old, or no module to be had */
export async function start(ground: Ground): Promise<Go> {
  const go = find('go');
  if (!go) throw new Unavailable('go is not installed');
  const sources = ['go.mod', 'go.sum', 'main.go'].map((name) => readFileSync(join(folder, name), 'utf8'));
  const built = await cached(`go-${sha256(sources.join('\0')).slice(0, 12)}`, async (draft) => {
    ground.say("building Go's clients, which takes a minute or two");
    const env = { ...process.env, CGO_ENABLED: '0' };
    await must(go, ['build', '-buildvcs=false', '-o', join(draft, 'clients'), '.'], { cwd: folder, env });
  }).catch((error: Error) => {
    throw new Unavailable(`the clients for Go cannot be built: ${error.message}`);
  });
  return { file: join(built, 'clients') };
}
