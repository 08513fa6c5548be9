import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../services/cache.ts';
import { type Login, newLogin, type Server } from '../services/server.ts';
import type { Names } from './likeness.ts';
import { newPlace, type Place } from './place.ts';
import { cli, program } from './program.ts';
import type { Answer } from './typed.ts';

/** A `dbcreds.json` as documents have it. */
export interface Documented {
  readonly project: string;
  readonly default?: string;
  readonly profiles: Readonly<Record<string, { readonly url: string; readonly [key: string]: unknown }>>;
}

/** A documented project on a real server: each profile has a user and database of its own there. */
export interface Shop {
  readonly place: Place;
  /** `dbcreds` and what the server's clients need, on top of the place's own variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly server: Server;
  /** By profile. */
  readonly logins: Readonly<Record<string, Login>>;
  readonly names: Names;
  /** The documented file with these logins. */
  readonly file: Documented;
}

const ca = 'certs/company-ca.pem';

/** Makes the logins, and a place with `dbcreds` in the `PATH` and the CA in `certs`. Writes no profile file yet. */
export async function openShop(documented: Documented, server: Server): Promise<Shop> {
  const place = newPlace();
  mkdirSync(join(place.home, 'bin'));
  symlinkSync(cli, join(place.home, 'bin/dbcreds'));
  mkdirSync(join(place.cwd, 'node_modules'));
  symlinkSync(join(project, 'node_modules/pg'), join(place.cwd, 'node_modules/pg'));
  place.write(ca, readFileSync(server.ca, 'utf8'));
  const logins: Record<string, Login> = {};
  for (const name of Object.keys(documented.profiles))
    logins[name] = await newLogin(server, { password: goodPassword() });
  const env = {
    PATH: `${join(place.home, 'bin')}:${server.clients}:${place.env.PATH}`,
    PAGER: 'cat',
    npm_config_update_notifier: 'false',
  };
  const names = namesOf(documented, logins, server);
  return { place, env, server, logins, names, file: onServer(documented, logins, server) };
}

/** One that nobody is warned of: long, every kind of character. */
const goodPassword = (): string => `${randomBytes(18).toString('base64url')}-aZ9`;

function onServer(documented: Documented, logins: Shop['logins'], server: Server): Documented {
  const profiles = Object.entries(documented.profiles).map(([name, profile]) => {
    const { user, database } = logins[name] as Login;
    const url = `postgresql://${user}@localhost:${server.port}/${database}`;
    return [name, { ...profile, url, tls: { mode: 'verify-full', ca } }] as const;
  });
  return { ...documented, profiles: Object.fromEntries(profiles) };
}

/** The longest first: a target holds a user and a database. */
function namesOf(documented: Documented, logins: Shop['logins'], { port }: Server): Names {
  const all = Object.entries(documented.profiles).map(([name, { url }]) => {
    const { user, database } = logins[name] as Login;
    const there = new URL(url);
    const short = url.slice(`${there.protocol}//`.length);
    return [
      [`${user}@localhost:${port}/${database}`, short],
      [user, there.username],
      [database, there.pathname.slice(1)],
    ] as const;
  });
  return [0, 1, 2].flatMap((at) => all.flatMap((three) => three.slice(at, at + 1)));
}

/** The URL with the password, as somebody has it in a clipboard or a job in its secrets. */
export function secretUrl({ logins, server }: Shop, profile: string): string {
  const { user, password, database } = logins[profile] as Login;
  return `postgresql://${user}:${password}@localhost:${server.port}/${database}`;
}

/** Keeps a profile's password where the environment says. */
export async function storePassword(
  { place, logins }: Shop,
  profile: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const input = logins[profile]?.password ?? '';
  const { code, output } = await program('dbcreds', ['add', profile, '--password-stdin'], {
    place,
    env,
    input,
  });
  if (code !== 0) throw new Error(`${profile} was not stored:\n${output}`);
}

/** What a person who has the passwords types. */
export function personOf(shop: Shop): Answer[] {
  const word = (pattern: RegExp, text: string): string => pattern.exec(text)?.[1] ?? '';
  return [
    {
      question: /Connection URL \(hidden[^)]*\): /,
      reply: (_, command) => `${secretUrl(shop, word(/add (\S+)/, command))}?sslrootcert=${ca}`,
    },
    {
      question: /Password of ([^@\s]+)@\S+ \(hidden\): /,
      reply: ([, user]) =>
        Object.values(shop.logins).find((login) => login.user === user)?.password ?? 'nobody knows',
    },
    { question: /Type its name, (\S+), to go on: /, reply: ([, name = '']) => name },
    { question: /Type (\w+): /, reply: ([, name = '']) => name },
    // psql's prompt.
    { question: /\w+=[>#] /, reply: () => '\\q' },
  ];
}
