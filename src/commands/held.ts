import { loadFiles } from '../profiles/files.ts';
import { resolveProfile, selectName } from '../profiles/resolve.ts';
import { sealedFiles } from '../run/files.ts';
import type { RunRequest, Scene } from '../run/request.ts';
import type { Selection } from '../run/select.ts';
import { type Held, noCredential, providerOf, refOf } from '../run/store.ts';
import type { Options, Stage } from './command.ts';
import { text, usage } from './options.ts';

/** The profile that a command is about: its argument, `--env`, `DBCREDS_ENV` or a default. */
export function selected(stage: Stage, args: readonly string[], options: Options): Selection {
  const [name, env] = [args[0], text(options, 'env')];
  if (name !== undefined && env !== undefined && name !== env) throw usage('a name and --env: which one?');
  const files = loadFiles(stage.context);
  const plain = resolveProfile(files, selectName(files, stage.context, name ?? env));
  const via = text(options, 'via');
  const profile = via === undefined ? plain : resolveProfile(files, plain.name, { via });
  return { plain, profile, prefix: '', readOnly: false };
}

/** The selection with its record. @throws DbcredsError `NO_CREDENTIAL` where it has none: a report asks for nothing */
export async function held(stage: Stage, selection: Selection, options: Options): Promise<Held> {
  const provider = await providerOf(stage, selection.plain, text(options, 'provider'));
  const record = await provider.get(refOf(selection.plain));
  if (record === undefined) throw noCredential(selection.plain, provider);
  return { ...selection, provider, record, files: sealedFiles(selection.plain) };
}

/** The stage of a command that the guards judge as they judge a run. */
export function sceneOf(stage: Stage, name: string, request: Partial<RunRequest> = {}): Scene {
  return { ...stage, request: { envs: [name], command: [], ...request } };
}
