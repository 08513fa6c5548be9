import { DbcredsError } from '../errors.ts';
import { keptFile } from '../inject/mysql.ts';
import { pgpass } from '../inject/pgpass.ts';
import { loneUrlOf } from '../inject/url.ts';
import type { Engine } from '../profiles/target.ts';
import { connectionFor, environmentOf, type Ready, revealed, writeClientFiles } from '../run/environment.ts';
import { journalRefusal, journalUse } from '../run/journal.ts';
import { readyOne } from '../run/ready.ts';
import type { Scene } from '../run/request.ts';
import { select } from '../run/select.ts';
import { Secret } from '../secret.ts';
import type { Action, Options, Stage } from './command.ts';
import { dotenvText, shellText } from './export/formats.ts';
import { warnOfFile } from './export/kept.ts';
import { text, texts, usage } from './options.ts';
import { onlyOf, styleOf } from './run.ts';
import { useOf } from './use.ts';

/** What `--format` takes. */
const formats = ['dotenv', 'shell', 'json', 'url', 'pgpass', 'my.cnf'] as const;
type Format = (typeof formats)[number];

/** `dbcreds export`: what a run would give a child, on stdout, under the guards of a run. */
export const exportCommand: Action = async (stage, args, options) => {
  const format = formatOf(options);
  const scene = sceneFor(stage, args, options);
  const [selection] = select(scene);
  if (selection === undefined) throw usage('no profile was named');
  const { plain } = selection;
  assertEngine(format, plain.target.engine, plain.name);
  try {
    const ready = await readyOne(scene, selection, `export --format ${format}`);
    const printed = await textOf(scene, ready, format);
    journalUse(scene, ready, { event: 'export', outcome: 'done' });
    warnOfFile(stage, plain.name);
    stage.terminal.out(printed.reveal());
    return 0;
  } catch (error) {
    if (error instanceof DbcredsError) journalRefusal(scene, plain, { event: 'export' }, error);
    throw error;
  }
};

function formatOf(options: Options): Format {
  const word = text(options, 'format') ?? 'dotenv';
  const format = formats.find((one) => one === word);
  if (format === undefined) throw usage(`--format takes ${formats.join(', ')}`);
  const variables = format === 'dotenv' || format === 'shell' || format === 'json';
  if (!variables && texts(options, 'only').length > 0)
    throw usage(`--only picks variables, and --format ${format} has none`);
  return format;
}

function sceneFor(stage: Stage, args: readonly string[], options: Options): Scene {
  const [name, env] = [args[0], text(options, 'env')];
  if (name !== undefined && env !== undefined && name !== env) throw usage('a name and --env: which one?');
  const request = useOf('export', name ?? env, options);
  return {
    ...stage,
    request: { ...request, urlStyle: styleOf(text(options, 'urlStyle')), ...onlyOf(options) },
  };
}

function assertEngine(format: Format, engine: Engine, name: string): void {
  const own = engine === 'postgresql' ? 'pgpass' : 'my.cnf';
  if (!['pgpass', 'my.cnf'].includes(format) || format === own) return;
  throw usage(`--format ${format}: ${name} is ${engine}`, [
    ['its own:', `dbcreds export ${name} --format ${own}`],
  ]);
}

async function textOf(scene: Scene, ready: Ready, format: Format): Promise<Secret> {
  const { connection } = connectionFor(scene.context, ready);
  const child = await environmentOf(scene, [ready]);
  // The paths in what is printed have to lead somewhere.
  await writeClientFiles(child.files);
  if (format === 'pgpass') return pgpass(connection);
  if (format === 'my.cnf') return keptFile(connection);
  if (format === 'url') {
    const url = loneUrlOf(connection, scene.request.urlStyle ?? ready.profile.urlStyle);
    if (url !== undefined) return new Secret(`${url}\n`);
    throw usage(`the URL style of ${ready.plain.name} is none`, [
      ['name one:', `dbcreds export ${ready.plain.name} --format url --url-style libpq`],
    ]);
  }
  // `DBCREDS_ACTIVE` tells of a run that goes on, and none does.
  const { DBCREDS_ACTIVE: _, ...values } = revealed({ ...child, kept: {} });
  if (format === 'json') return new Secret(`${JSON.stringify(values, null, 2)}\n`);
  return new Secret(format === 'shell' ? shellText(values) : dotenvText(values));
}
