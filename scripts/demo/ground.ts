import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newPlace, type Place } from '../../test/helpers/place.ts';
import { cli } from '../../test/helpers/program.ts';
import { project } from '../../test/services/cache.ts';
import { find } from '../../test/services/commands.ts';
import type { Ground } from '../../test/services/ground.ts';
import { startServer } from '../../test/services/postgresql.ts';
import { asAdmin, newLogin, type Server } from '../../test/services/server.ts';
import { openStore, type Store, type StoreName } from './store.ts';

/** All that the demonstration stands on. Nothing of it is the user's, and nothing is left of it. */
export interface DemoGround {
  readonly place: Place;
  readonly server: Server;
  /** Says that it is the same server, with a certificate from somebody else's authority. */
  readonly impostor: Server;
  readonly store: Store;
  readonly passwords: { readonly dev: string; readonly prod: string };
  /** Whether `psql` is installed. */
  readonly psql: boolean;
  /** What every command gets on top of the place's own variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts the servers and lays out a person's folder. @throws where this machine cannot have them */
export async function prepare(ground: Ground, wanted: StoreName | undefined): Promise<DemoGround> {
  const psql = find('psql') !== undefined;
  const server = await startServer(ground, 'right', '');
  const impostor = await startServer(ground, 'otherCa', '');
  const passwords = { dev: newPassword(), prod: newPassword() };
  await addUser(server, 'shop', 'shop_dev', passwords.dev);
  await addUser(server, 'shop_app', 'shop', passwords.prod);
  const place = newPlace();
  const store = await openStore(place, wanted);
  furnish(place, server, store);
  const env = { ...store.env, PATH: `${join(place.home, 'bin')}:${place.env.PATH}` };
  return { place, server, impostor, store, passwords, psql, env };
}

/** With characters that have to be written in another way in a URL, which the search at the end knows too. */
function newPassword(): string {
  return `${randomBytes(15).toString('base64url')}@:/%?${randomBytes(3).toString('hex')}`;
}

/** The server logs every statement, but for this one: the search at the end looks into its log. */
async function addUser(server: Server, user: string, database: string, password: string): Promise<void> {
  await newLogin(server, { user, database });
  await asAdmin(server, "SET log_statement TO 'none'", `ALTER ROLE ${user} PASSWORD '${password}'`);
}

/** `dbcreds` in a folder of the `PATH`, as `npm install -g` would put it, and a small project. */
function furnish(place: Place, server: Server, store: Store): void {
  mkdirSync(join(place.home, 'bin'));
  symlinkSync(cli, join(place.home, 'bin/dbcreds'));
  mkdirSync(join(place.cwd, 'node_modules'));
  symlinkSync(join(project, 'node_modules/pg'), join(place.cwd, 'node_modules/pg'));
  for (const file of ['app.js', 'package.json'])
    copyFileSync(join(project, 'examples/app-start', file), join(place.cwd, file));
  place.write('certs/ca.pem', readFileSync(server.ca, 'utf8'));
  place.write('dbcreds.json', profiles(server, store));
}

function profiles({ port }: Server, { name }: Store): string {
  const common = `"tls": { "mode": "verify-full", "ca": "certs/ca.pem" },
      "expires": "90d"${name === 'file' ? ',\n      "provider": "file"' : ''}`;
  return `{
  "project": "shop",
  "profiles": {
    "dev": {
      "url": "postgresql://shop@localhost:${port}/shop_dev",
      ${common}
    },
    "prod": {
      "url": "postgresql://shop_app@localhost:${port}/shop",
      "production": true,
      ${common}
    }
  }
}
`;
}
