import { DbcredsError } from '../errors.ts';
import { cleared } from '../inject/index.ts';
import { launch } from '../launch/index.ts';
import { openUnnamed } from '../launch/unnamed.ts';
import { environmentOf, writeClientFiles } from '../run/environment.ts';
import { journalRefusal, journalUse } from '../run/journal.ts';
import { passesThrough } from '../run/nested.ts';
import { readyOne } from '../run/ready.ts';
import type { Scene } from '../run/request.ts';
import { type Selection, select } from '../run/select.ts';
import type { Action, Options } from './command.ts';
import { type Client, findClient } from './connect/client.ts';
import { byEnvironment, byFile, type HandOver } from './connect/hand-over.ts';
import { flag, text, usage } from './options.ts';
import { useOf } from './use.ts';

/** `dbcreds connect`: the database's own client, under the guards of a run. */
export const connect: Action = async (stage, words, options) => {
  const { name, args } = split(words, options);
  const request = { ...useOf('connect', name, options), nested: flag(options, 'nested') };
  const selection = selectOne({ ...stage, request });
  const client = findClient(stage.context, selection.plain);
  const memory = openUnnamed(stage.context);
  const scene = {
    ...stage,
    request: { ...request, command: [client.name, ...args], ownOptionFile: memory !== undefined },
  };
  if (passesThrough(stage.context.env, [selection], scene.request)) {
    const env = cleared(stage.context.env, []);
    return start(scene, client, { env, args: [], descriptors: [] }, args);
  }
  try {
    return start(scene, client, await handOver(scene, selection, client, memory), args);
  } catch (error) {
    if (error instanceof DbcredsError) journalRefusal(scene, selection.plain, { event: 'connect' }, error);
    throw error;
  }
};

/** The name may be left out where there is a default or `--env`: what follows `--` begins with a dash mostly. */
function split(
  words: readonly string[],
  options: Options,
): { name: string | undefined; args: readonly string[] } {
  const env = text(options, 'env');
  if (env !== undefined) return { name: env, args: words[0] === env ? words.slice(1) : words };
  const [first = '-'] = words;
  return first.startsWith('-') ? { name: undefined, args: words } : { name: first, args: words.slice(1) };
}

function selectOne(scene: Scene): Selection {
  const [selection] = select(scene);
  if (selection === undefined || selection.prefix !== '')
    throw usage('connect takes the name of a profile, and no prefix');
  return selection;
}

async function handOver(
  scene: Scene,
  selection: Selection,
  { name }: Client,
  memory: number | undefined,
): Promise<HandOver> {
  const ready = await readyOne(scene, selection, name);
  const child = await environmentOf(scene, [ready]);
  await writeClientFiles(child.files);
  journalUse(scene, ready, { event: 'connect', outcome: 'launching' });
  scene.terminal.debug(
    memory === undefined
      ? `${name} gets the password by its environment`
      : `${name} gets the password by a file`,
  );
  return memory === undefined ? byEnvironment(child) : byFile(scene.context, ready, child, memory);
}

function start(
  { context: { cwd, platform, leaving } }: Scene,
  { name, resolved }: Client,
  { env, args, descriptors }: HandOver,
  rest: readonly string[],
): Promise<number> {
  return launch({
    command: name,
    args: [...args, ...rest],
    env,
    cwd,
    platform,
    resolved,
    ...(descriptors.length > 0 && { descriptors }),
    ...(leaving && { leaving }),
  });
}
