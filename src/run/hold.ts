import type { Record } from '../profiles/record.ts';
import type { Provider } from '../providers/provider.ts';
import { sealedFiles } from './files.ts';
import type { Scene } from './request.ts';
import type { Selection } from './select.ts';
import { type Held, noCredential, providerOf, refOf } from './store.ts';

/** Reads a selection's record, in one access. On a terminal a missing one is asked for, once for all who start together. */
export async function hold(scene: Scene, selection: Selection): Promise<Held> {
  const { plain } = selection;
  const provider = await providerOf(scene, plain, scene.request.provider);
  const record = (await provider.get(refOf(plain))) ?? (await missing(scene, selection, provider));
  return { ...selection, record, provider, files: sealedFiles(plain) };
}

async function missing(scene: Scene, { plain, profile }: Selection, provider: Provider): Promise<Record> {
  if (!provider.writable || !scene.terminal.available || scene.request.dryRun)
    throw noCredential(plain, provider);
  const { enrol } = await import('./enrol.ts');
  return scene.terminal.alone(
    async () =>
      (await provider.get(refOf(plain))) ?? (await enrol(scene, plain, provider, { dialled: profile })),
  );
}
