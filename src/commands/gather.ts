import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { DbcredsError } from '../errors.ts';
import type { Entry } from '../profiles/entry.ts';
import type { TlsMode } from '../profiles/profile.ts';
import { isParameterAllowed } from '../profiles/reserved.ts';
import {
  defaultPort,
  engineOf,
  formatTarget,
  type ParsedUrl,
  parseUrl,
  type Target,
  targetOf,
} from '../profiles/target.ts';
import { Secret } from '../secret.ts';
import type { Options, Stage } from './command.ts';
import { flag, text, usage } from './options.ts';

/** What a new profile is made of. */
export interface Answers {
  readonly entry: Entry;
  readonly password?: Secret;
}

/** The options of `add` that define a profile. */
export const fieldOptions: readonly string[] = [
  ...[
    'host',
    'port',
    'database',
    'username',
    'user',
    'type',
    'engine',
    'production',
    'tls',
    'tlsCa',
    'hostAddress',
  ],
  ...['tlsCert', 'tlsKey', 'tlsBecause', 'expires', 'expiresDays', 'urlStyle', 'credential', 'description'],
];

/** Gathers a new profile: from a pasted or piped URL, from options, and for what is missing from the person. */
export async function gather(stage: Stage, name: string, file: string, options: Options): Promise<Answers> {
  const url = await urlOf(stage, options);
  const parts = { ...url, ...partsOf(options) };
  const target = await complete(stage, parts);
  const password =
    url?.password ?? (flag(options, 'passwordStdin') ? new Secret(readStdin('--password-stdin')) : undefined);
  const production = flag(options, 'production') || (await looksProduction(stage, name));
  const entry: Entry = {
    description: text(options, 'description'),
    url: formatTarget(target),
    hostAddress: text(options, 'hostAddress'),
    production: production || undefined,
    tls: tlsOf(stage, options, url?.params ?? {}, file),
    expires: expiresOf(options),
    urlStyle: text(options, 'urlStyle') as Entry['urlStyle'],
    credential: text(options, 'credential'),
    params: paramsOf(stage, url?.params ?? {}),
  };
  return { entry: withoutUndefined(entry), ...(password ? { password } : {}) };
}

/** The password for a profile that is there: piped, or of a piped URL that opens the same target. */
export function secretFrom(options: Options, target: Target): Secret | undefined {
  if (flag(options, 'passwordStdin')) return new Secret(readStdin('--password-stdin'));
  if (!flag(options, 'urlStdin')) return undefined;
  const url = parseUrl(readStdin('--url-stdin'));
  if (formatTarget(targetOf(url)) !== formatTarget(target))
    throw usage(`the URL is for another target: ${formatTarget(targetOf(url))}, not ${formatTarget(target)}`);
  if (!url.password) throw usage('the URL holds no password');
  return url.password;
}

/** One trailing line end is dropped: `echo` adds it. */
function readStdin(option: string): string {
  const value = readFileSync(0, 'utf8').replace(/\r?\n$/, '');
  if (value === '') throw usage(`${option}: stdin is empty`);
  return value;
}

async function urlOf({ terminal }: Stage, options: Options): Promise<ParsedUrl | undefined> {
  if (flag(options, 'urlStdin')) {
    if (flag(options, 'passwordStdin')) throw usage('--url-stdin or --password-stdin: there is one stdin');
    return parseUrl(readStdin('--url-stdin'));
  }
  const { host, database, user, engine } = partsOf(options);
  if (host ?? database ?? user ?? engine ?? !terminal.available) return undefined;
  const pasted = await terminal.ask('Connection URL (hidden; Enter for the parts): ', { hidden: true });
  return pasted.trim() === '' ? undefined : parseUrl(pasted);
}

type Parts = Partial<Target>;

function partsOf(options: Options): Parts {
  const word = text(options, 'type') ?? text(options, 'engine');
  const engine = word === undefined ? undefined : engineOf(word);
  if (word !== undefined && engine === undefined) throw usage(`--type ${word}: postgresql, mysql or mariadb`);
  const port = text(options, 'port');
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port))
    throw usage(`--port ${port}: a number from 1 to 65535`);
  return withoutUndefined({
    engine,
    host: text(options, 'host'),
    port: port === undefined ? undefined : Number(port),
    database: text(options, 'database'),
    user: text(options, 'username') ?? text(options, 'user'),
  });
}

/** Asks for the parts that are missing; without a terminal names the options. */
async function complete({ terminal }: Stage, parts: Parts): Promise<Target> {
  const missing = (['engine', 'host', 'database', 'user'] as const).filter(
    (part) => parts[part] === undefined,
  );
  if (missing.length > 0 && !terminal.available) throw lacking(missing);
  const ask = async (question: string, preset: string): Promise<string> =>
    (await terminal.ask(`${question} [${preset}]: `)).trim() || preset;
  const engine = parts.engine ?? engineOf(await ask('Engine (postgresql, mysql, mariadb)', 'postgresql'));
  if (engine === undefined) throw usage('the engine is none of postgresql, mysql and mariadb');
  const host = parts.host ?? (await ask('Host', 'localhost'));
  const asked = parts.host === undefined ? await ask('Port', String(defaultPort(engine))) : undefined;
  const port = parts.port ?? Number(asked ?? defaultPort(engine));
  const database = parts.database ?? (await ask('Database', 'postgres'));
  const user = parts.user ?? (await ask('User', database));
  return { engine, host, port, database, user };
}

function lacking(missing: readonly string[]): DbcredsError {
  const options = missing.map(
    (part) => `--${part === 'engine' ? 'type' : part === 'user' ? 'username' : part}`,
  );
  return usage(`a new profile needs ${options.join(', ')}, and there is no terminal to ask on`, [
    ['or a whole URL from a pipe:', 'dbcreds add NAME --url-stdin'],
  ]);
}

/** A name that says production, without the switch, is more often forgotten than meant. */
async function looksProduction({ terminal }: Stage, name: string): Promise<boolean> {
  if (!/^(prod|prd|production|live)\b|[-_](prod|production|live)$/.test(name) || !terminal.available)
    return false;
  const answer = await terminal.ask(`Is ${name} production, to be confirmed before each run? [Y/n]: `);
  return !/^n/i.test(answer.trim());
}

function tlsOf(
  { context }: Stage,
  options: Options,
  params: ParsedUrl['params'],
  file: string,
): Entry['tls'] {
  // Providers hand out URLs with `require`, which verifies nothing: the probe finds out whether more holds.
  const inUrl = /^(disable|verify-ca|verify-full)$/.test(params.sslmode ?? '') ? params.sslmode : undefined;
  const mode = (text(options, 'tls') ?? inUrl) as TlsMode | undefined;
  const authority = text(options, 'tlsCa') ?? params.sslrootcert;
  const pathOf = (path: string | undefined): string | undefined =>
    path === undefined || path === 'system' ? undefined : inFile(resolve(context.cwd, path), file);
  const tls = withoutUndefined({
    mode,
    ca: pathOf(authority),
    cert: pathOf(text(options, 'tlsCert') ?? params.sslcert),
    key: pathOf(text(options, 'tlsKey') ?? params.sslkey),
    because: text(options, 'tlsBecause'),
  });
  return Object.keys(tls).length === 0 ? undefined : tls;
}

/** Relative to the profile file where it lies below it, so that a colleague's checkout finds it. */
function inFile(path: string, file: string): string {
  const short = relative(dirname(file), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

function expiresOf(options: Options): string | undefined {
  const days = text(options, 'expiresDays');
  if (days === undefined) return text(options, 'expires');
  if (!/^[1-9]\d{0,4}$/.test(days)) throw usage(`--expires-days ${days}: a number of days`);
  return `${days}d`;
}

function paramsOf({ terminal }: Stage, params: ParsedUrl['params']): Entry['params'] {
  const rest = Object.entries(params).filter(([key]) => !/^ssl(mode|rootcert|cert|key)$/.test(key));
  const [kept, left] = [
    rest.filter(([key]) => isParameterAllowed(key, false)),
    rest.filter(([key]) => !isParameterAllowed(key, false)),
  ];
  if (left.length > 0) terminal.say(`dbcreds: left out of the URL: ${left.map(([key]) => key).join(', ')}`);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}
