import type { DbcredsError } from '../errors.ts';
import type { Entry } from '../profiles/entry.ts';
import { isParameterAllowed, isParameterOfTls } from '../profiles/reserved.ts';
import { isPlaceholder } from '../profiles/strength.ts';
import {
  defaultPort,
  engineOf,
  formatTarget,
  type ParsedUrl,
  type Target,
  targetOf,
} from '../profiles/target.ts';
import { Secret } from '../secret.ts';
import type { Options, Stage } from './command.ts';
import {
  asksForTls,
  expiresOf,
  hostFrom,
  type Parts,
  partsOf,
  portFrom,
  tlsOf,
  withoutUndefined,
} from './fields.ts';
import { flag, text, usage } from './options.ts';
import { parsePasted } from './pasted.ts';
import { readSecret } from './stdin.ts';

/** What a new profile is made of. */
export interface Answers {
  readonly entry: Entry;
  readonly password?: Secret;
  /** Whether the URL asks for TLS. */
  readonly encrypted: boolean;
}

/** Gathers a new profile: from a pasted or piped URL, from options, and for what is missing from the person. */
export async function gather(stage: Stage, name: string, file: string, options: Options): Promise<Answers> {
  const url = await urlOf(stage, name, options);
  const parts = { ...url, ...partsOf(options) };
  const params = url?.params ?? {};
  const fields = { tls: tlsOf(stage, options, params, file), expires: expiresOf(options) };
  const target = await complete(stage, name, parts);
  const piped = pipedPassword(options, name);
  const password = url?.password ?? piped;
  const production = flag(options, 'production') || (await looksProduction(stage, name));
  const entry: Entry = {
    description: text(options, 'description'),
    url: formatTarget(target),
    hostAddress: text(options, 'hostAddress'),
    production: production || undefined,
    ...fields,
    urlStyle: text(options, 'urlStyle') as Entry['urlStyle'],
    credential: text(options, 'credential'),
    params: paramsOf(stage, params),
  };
  return { entry: withoutUndefined(entry), encrypted: asksForTls(params), ...(password ? { password } : {}) };
}

/** The password for a profile that is there: piped, or of a piped URL that opens the same target. */
export function secretFrom(options: Options, name: string, target: Target): Secret | undefined {
  oneStdin(options);
  if (!flag(options, 'urlStdin')) return pipedPassword(options, name);
  const url = parsePasted(readSecret('--url-stdin', name));
  if (formatTarget(targetOf(url)) !== formatTarget(target))
    throw usage(`the URL is for another target: ${formatTarget(targetOf(url))}, not ${formatTarget(target)}`);
  if (!url.password) throw usage('the URL holds no password');
  return url.password;
}

function pipedPassword(options: Options, name: string): Secret | undefined {
  return flag(options, 'passwordStdin') ? new Secret(readSecret('--password-stdin', name)) : undefined;
}

function oneStdin(options: Options): void {
  if (flag(options, 'passwordStdin') && flag(options, 'urlStdin'))
    throw usage('--url-stdin or --password-stdin: there is one stdin');
}

async function urlOf({ terminal }: Stage, name: string, options: Options): Promise<ParsedUrl | undefined> {
  oneStdin(options);
  if (flag(options, 'urlStdin')) return parsePasted(readSecret('--url-stdin', name));
  const { host, database, user, engine } = partsOf(options);
  if (host ?? database ?? user ?? engine ?? !terminal.available) return undefined;
  const pasted = await terminal.ask('Connection URL (hidden; Enter for the parts): ', { hidden: true });
  if (pasted.trim() === '') return undefined;
  const { password, ...url } = parsePasted(pasted);
  if (!password) return url;
  if (!isPlaceholder(password)) return { ...url, password };
  terminal.say('dbcreds: the URL has a placeholder where its password belongs');
  return url;
}

/** Asks for the parts that are missing; without a terminal names the options. */
async function complete({ terminal }: Stage, name: string, parts: Parts): Promise<Target> {
  const missing = (['engine', 'host', 'database', 'user'] as const).filter(
    (part) => parts[part] === undefined,
  );
  if (missing.length > 0 && !terminal.available) throw lacking(name, missing);
  const ask = async (question: string, preset: string): Promise<string> =>
    (await terminal.ask(`${question} [${preset}]: `)).trim() || preset;
  const engine = parts.engine ?? engineOf(await ask('Engine (postgresql, mysql, mariadb)', 'postgresql'));
  if (engine === undefined) throw usage('the engine is none of postgresql, mysql and mariadb');
  const host = parts.host ?? hostFrom(await ask('Host', 'localhost'));
  const asksPort = parts.host === undefined && parts.port === undefined;
  const port = parts.port ?? (asksPort ? portFrom(await ask('Port', `${defaultPort(engine)}`)) : undefined);
  const database = parts.database ?? (await ask('Database', 'postgres'));
  const user = parts.user ?? (await ask('User', database));
  return { engine, host, port: port ?? defaultPort(engine), database, user };
}

function lacking(name: string, missing: readonly string[]): DbcredsError {
  const options = missing.map(
    (part) => `--${part === 'engine' ? 'type' : part === 'user' ? 'username' : part}`,
  );
  return usage(`a new profile needs ${options.join(', ')}, and there is no terminal to ask on`, [
    ['or a whole URL from a pipe:', `dbcreds add ${name} --url-stdin`],
  ]);
}

/** A name that says production, without the switch, is more often forgotten than meant. */
async function looksProduction({ terminal }: Stage, name: string): Promise<boolean> {
  if (!/^(prod|prd|production|live)\b|[-_](prod|production|live)$/.test(name) || !terminal.available)
    return false;
  const answer = await terminal.ask(`Is ${name} production, to be confirmed before each run? [Y/n]: `);
  return !/^n/i.test(answer.trim());
}

/** Of a URL's parameters, those that a profile may have. Says which are left out. */
export function paramsOf({ terminal }: Stage, params: ParsedUrl['params']): Entry['params'] {
  const rest = Object.entries(params).filter(([key]) => !/^ssl(-?mode|rootcert|cert|key)$/.test(key));
  const kept = rest.filter(([key]) => isParameterAllowed(key, false));
  const left = rest.filter(([key]) => !isParameterAllowed(key, false)).map(([key]) => key);
  const decided = left.filter((key) => isParameterOfTls(key));
  const others = left.filter((key) => !decided.includes(key));
  if (decided.length > 0)
    terminal.say(`dbcreds: left out of the URL: ${shown(decided)}, since the profile's "tls" decides`);
  if (others.length > 0)
    terminal.say(`dbcreds: left out of the URL: ${shown(others)}, not known to be harmless`);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Of a URL that was put together wrongly, a key may be a piece of the password. */
function shown(keys: readonly string[]): string {
  const plain = keys.filter((key) => /^[a-z][a-z_]{0,30}$/i.test(key));
  return [...plain, ...(keys.length > plain.length ? ['others'] : [])].join(', ');
}
