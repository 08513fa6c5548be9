import { generateIdentity } from 'age-encryption';
import { newPlace, type Place } from '../test/helpers/place.ts';
import { cli, dbcreds } from '../test/helpers/program.ts';
import type { Keychain } from '../test/services/keychain.ts';
import type { Command } from './measure.ts';

/** What is timed, in times of a bare `node -e 0`. */
export interface Subject {
  readonly name: string;
  /** How many profiles the project has. Others have none. */
  readonly profiles?: number;
  /** @param child what is wrapped; a program that wraps nothing ignores it */
  readonly command: (node: string, child: readonly string[]) => Command;
  readonly wraps: boolean;
  readonly aim?: Aim;
}

/** Upper limits of the ratio: replacing the process, and spawning. */
export interface Aim {
  readonly exec: number;
  readonly spawn: number;
}

type Provider = 'env' | 'file' | 'keychain';

const sizes = [1, 100, 1_000, 10_000];
const aims: { readonly [provider in Provider]?: Aim } = {
  env: { exec: 1.15, spawn: 1.35 },
  keychain: { exec: 1.35, spawn: 1.6 },
};

/** `dbcreds run` with the env provider, in projects that grow. */
export const withEnv = (): Subject[] =>
  sizes.map((count) => {
    const place = project(count, 'env');
    const env = { DBCREDS_DEV_URL: 'postgresql://shop:s3cret@localhost:5432/shop' };
    return subject('env', count, place, env);
  });

/** The same out of an age file, opened by a key in the environment. */
export async function withFile(): Promise<Subject[]> {
  const env = { DBCREDS_AGE_KEY: await generateIdentity() };
  return Promise.all(sizes.map((count) => stored('file', count, env)));
}

/** The same out of a real Secret Service. */
export const withKeychain = ({ env }: Keychain): Promise<Subject[]> =>
  Promise.all(sizes.map((count) => stored('keychain', count, { ...env })));

async function stored(
  provider: Provider,
  count: number,
  env: Readonly<Record<string, string>>,
): Promise<Subject> {
  const place = project(count, provider);
  const add = ['add', 'dev', '--password-stdin', '--no-test'];
  const { code, output } = await dbcreds(add, { place, env, input: 'Long-enough-4-a-benchmark' });
  if (code !== 0) throw new Error(`nothing could be stored: ${output}`);
  return subject(provider, count, place, env);
}

function subject(
  provider: Provider,
  profiles: number,
  place: Place,
  env: Readonly<Record<string, string>>,
): Subject {
  const aim = profiles === 1 ? aims[provider] : undefined;
  return {
    name: `dbcreds, ${provider}`,
    profiles,
    wraps: true,
    command: (node, child) => ({
      argv: [node, cli, 'run', '--env', 'dev', '--', ...child],
      cwd: place.cwd,
      env: { ...place.env, ...env },
    }),
    ...(aim && { aim }),
  };
}

function project(count: number, provider: Provider): Place {
  const place = newPlace();
  const others = Array.from({ length: count - 1 }, (_, i) => `env-${i}`);
  const entry = (name: string): [string, object] => [
    name,
    { url: `postgresql://shop@localhost:5432/${name}` },
  ];
  const dev = ['dev', { url: 'postgresql://shop@localhost:5432/shop', provider }];
  place.write('dbcreds.json', {
    project: `shop-${count}`,
    profiles: Object.fromEntries([...others.map(entry), dev]),
  });
  return place;
}
